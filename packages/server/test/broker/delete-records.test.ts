import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteRecords } from '@logan/protocol'
import { expect, it } from 'vitest'
import {
  batchOf,
  createTopic,
  errorName,
  fetchOne,
  killed,
  newBroker,
  newBrokerAndClient,
  newClient,
  newDirectory,
  produce,
  type Topic,
} from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

async function deleteBefore(client: WireClient, { name }: Topic, offset: number) {
  const topics = [{ name, partitions: [{ partitionIndex: 0, offset }] }]
  const answer = await client.call(DeleteRecords, 2, { topics, timeoutMs: 1000 })
  const { errorCode, lowWatermark } = answer.topics[0]!.partitions[0]!
  return [errorName(errorCode), lowWatermark]
}

it.each(['sync', 'os'] as const)('moves the log start, and only forward, flush.mode=%s', async (flushMode) => {
  const { client } = await newBrokerAndClient({ logDir: newDirectory(), flushMode })
  const topic = await createTopic(client)
  await produce(client, topic, batchOf(['a', 'b', 'c', 'd']))
  expect(await deleteBefore(client, topic, 2)).toEqual(['NONE', 2])
  expect(await deleteBefore(client, topic, 1)).toEqual(['NONE', 2])
  expect(await deleteBefore(client, topic, 5)).toEqual(['OFFSET_OUT_OF_RANGE', -1])
  expect(await deleteBefore(client, topic, -2)).toEqual(['OFFSET_OUT_OF_RANGE', -1])
  expect((await fetchOne(client, topic, { fetchOffset: 2 })).logStartOffset).toBe(2)
  expect(await deleteBefore(client, topic, 4)).toEqual(['NONE', 4])
  expect(await produce(client, topic, batchOf(['e']))).toMatchObject({ error: 'NONE', baseOffset: 4, logStartOffset: 4 })
})

it('-1 stands for the high watermark, which counts what acks=1 was answered for', async () => {
  const { client } = await newBrokerAndClient({ logDir: newDirectory(), flushMode: 'sync' })
  const topic = await createTopic(client)
  await produce(client, topic, batchOf(['a', 'b', 'c']), { acks: 1 })
  expect(await deleteBefore(client, topic, -1)).toEqual(['NONE', 3])
  expect(await fetchOne(client, topic, { fetchOffset: 3 })).toMatchObject({
    error: 'NONE',
    logStartOffset: 3,
    highWatermark: 3,
    values: [],
  })
})

it('whole segments below the log start leave the disk', async () => {
  const logDir = newDirectory()
  const set = { 'log.segment.bytes': '1048576', 'log.segment.delete.delay.ms': '0' }
  const { client } = await newBrokerAndClient({ logDir, set })
  const topic = await createTopic(client)
  for (let index = 0; index < 6; index++) await produce(client, topic, batchOf(['x'.repeat(500_000)]))
  const segments = () => readdirSync(join(logDir, 't-0')).filter((name) => name.endsWith('.log'))
  expect(segments()).toHaveLength(3)
  await deleteBefore(client, topic, 4)
  await expect.poll(segments).toEqual(['00000000000000000004.log'])
  expect((await fetchOne(client, topic, { fetchOffset: 4, partitionMaxBytes: 1 << 24 })).values).toHaveLength(2)
})

it.each(['a clean stop', 'a kill'])('what was deleted stays so over %s', async (how) => {
  const logDir = newDirectory()
  const { broker, client } = await newBrokerAndClient({ logDir, flushMode: 'sync' })
  const topic = await createTopic(client)
  await produce(client, topic, batchOf(['a', 'b', 'c']))
  await deleteBefore(client, topic, 2)
  if (how === 'a clean stop') await broker.close()
  const next = await newClient(await newBroker({ logDir: how === 'a kill' ? killed(logDir) : logDir }))
  expect((await fetchOne(next, topic, { fetchOffset: 1 })).error).toBe('OFFSET_OUT_OF_RANGE')
  expect(await fetchOne(next, topic, { fetchOffset: 2 })).toMatchObject({ error: 'NONE', logStartOffset: 2, highWatermark: 3 })
})
