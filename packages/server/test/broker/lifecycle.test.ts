import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@logan/common'
import { DeleteTopics } from '@logan/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WatchedDisk } from '../../../storage/test/watched-disk.ts'
import { type BrokerWorld, startBroker } from '../../src/index.ts'
import { createTopic } from './broker-testkit.ts'
import { WireClient } from './wire-client.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logan-lifecycle-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const start = (topics: string[], world: BrokerWorld = {}, bind = '127.0.0.1:0') =>
  startBroker({ bind, logDir: directory, topics, logLevel: 'silent' }, { logger: silentLogger, ...world })
const hasMarker = () => existsSync(join(directory, '.kafka_cleanshutdown'))

describe('the marker of a clean stop', () => {
  it('is there after a stop in order, and gone while the broker runs', async () => {
    const broker = await start(['t:1'])
    expect(hasMarker()).toBe(false)
    await broker.close()
    expect(hasMarker()).toBe(true)
  })

  it('is not there when the metadata could not be made durable', async () => {
    const disk = new WatchedDisk()
    const broker = await start([], { disk })
    disk.failures.push({ operation: 'sync', suffix: '__cluster_metadata-0/00000000000000000000.log', code: 'EIO' })
    const client = await WireClient.connect(broker.port)
    await expect(createTopic(client, 'unsaid')).rejects.toThrow(/KAFKA_STORAGE_ERROR/)
    await client.close()
    await broker.close()
    expect(hasMarker()).toBe(false)
    await (await start([])).close()
  })

  it('outlives a start that finds its port taken', async () => {
    const other = await startBroker({ bind: '127.0.0.1:0', logDir: 'temporary', logLevel: 'silent' })
    await (await start(['t:1'])).close()
    await expect(start([], {}, other.bootstrap)).rejects.toThrow(/already in use/)
    expect(hasMarker()).toBe(true)
    await other.close()
  })
})

it('a stop that fails frees the directory all the same, and says what went wrong', async () => {
  const broker = await start(['t:1'])
  // A directory where the checkpoint's new file should go.
  mkdirSync(join(directory, 'recovery-point-offset-checkpoint.tmp'))
  await expect(broker.close()).rejects.toThrow(/recovery-point-offset-checkpoint/)
  expect(hasMarker()).toBe(false)
  rmSync(join(directory, 'recovery-point-offset-checkpoint.tmp'), { recursive: true })
  await (await start(['t:1'])).close()
})

it('a topic whose log cannot be opened can be deleted, and its name used again', async () => {
  await (await start(['broken:1'])).close()
  // What was durable is lost: five records are vouched for, and none can be read.
  writeFileSync(join(directory, 'recovery-point-offset-checkpoint'), '0\n1\nbroken 0 5\n')
  writeFileSync(join(directory, 'broken-0', '00000000000000000000.log'), 'garbage')
  rmSync(join(directory, '.kafka_cleanshutdown'))
  const broker = await start(['fine:1'])
  const client = await WireClient.connect(broker.port)
  const { responses } = await client.call(DeleteTopics, 6, { topics: [{ name: 'broken' }], timeoutMs: 1000 })
  expect(responses[0]!.errorCode).toBe(0)
  await createTopic(client, 'broken')
  await client.close()
  await broker.close()
  expect(readdirSync(directory).filter((name) => name.endsWith('-stray'))).toHaveLength(1)
})
