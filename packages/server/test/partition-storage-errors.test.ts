import fs from 'node:fs'
import { ManualClock, seededRandom, silentLogger } from '@logan/common'
import { buildBatch } from '@logan/protocol'
import { createNodeDisk, type Disk, LogDirectory, nodeDisk, SyncScheduler } from '@logan/storage'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resolveBrokerConfig } from '../src/config/broker-config.ts'
import { topicSettings } from '../src/config/topic-config.ts'
import { AnswerMemory } from '../src/fetch/answer-memory.ts'
import { fetchRecords } from '../src/fetch/fetch.ts'
import { Partition } from '../src/partition/partition.ts'
import { InlineMailbox } from '../src/shard/mailbox.ts'
import { Shard } from '../src/shard/shard.ts'
import { ShardClient } from '../src/shard/shard-client.ts'

const topicId = 'AQIDBAUGBwgJCgsMDQ4PEA'
const nowMs = 1_700_000_000_000
const clock = new ManualClock(nowMs)
const at = (partition: number) => ({ topicId, partition })
const position = { fetchOffset: 0, currentLeaderEpoch: -1, lastFetchedEpoch: -1, maxBytes: 1000 }

let directory: LogDirectory
let partitions: Partition[]
let shards: ShardClient

/** Two partitions with a record each, on a disk that keeps one file open at most. */
beforeEach(async () => {
  const disk: Disk = createNodeDisk({ descriptorLimit: 1 })
  const path = nodeDisk.makeTemporaryDirectory()
  directory = await LogDirectory.open({ disk, path, clock, random: seededRandom(1), logger: silentLogger })
  const config = resolveBrokerConfig({})
  const settings = topicSettings(new Map(), config)
  partitions = []
  const openPartition = async (_topic: unknown, index: number): Promise<Partition> => {
    const log = await directory.openLog({ topic: 't', topicId, partition: index, config: settings.log, syncs: new SyncScheduler() })
    partitions[index] = new Partition({ topic: 't', index, log, leaderEpoch: 0, settings, clock })
    return partitions[index]
  }
  const shard = new Shard({
    shardId: 0,
    shardCount: 1,
    logger: silentLogger,
    settingsOf: () => settings,
    openPartition,
    setAside: async () => {},
  })
  shards = new ShardClient([new InlineMailbox((command) => shard.execute(command))])
  const topic = {
    name: 't',
    id: topicId,
    partitions: [0, 1].map((index) => ({ index, leaderEpoch: 0, partitionEpoch: 0 })),
    configs: new Map(),
    isInternal: false,
  }
  const image = {
    offset: 0,
    topicsById: new Map([[topicId, topic]]),
    topicsByName: new Map([['t', topic]]),
    nextProducerId: 0,
    features: new Map(),
  }
  await shards.toAll({ kind: 'applyImage', image, config })
  for (const partition of [0, 1]) {
    const records = buildBatch({ records: [{ value: Buffer.from(`v${partition}`), timestamp: nowMs }] })
    await shards.toOwner({ kind: 'append', ...at(partition), records, acks: -1, timeoutMs: 1000 })
  }
})
afterEach(async () => {
  await directory.close({ clean: false })
  await nodeDisk.removeDirectory(directory.path)
})

/** The file of a partition's records cannot be opened any more. */
function lose(partition: number): void {
  const other = partitions[1 - partition]!
  fs.rmSync(`${directory.path}/t-${partition}/00000000000000000000.log`)
  // Reading elsewhere takes its descriptor.
  for (let times = 0; times < 3; times++) other.log.read({ offset: 0, maxBytes: 10, limitOffset: 1, minOneBatch: true })?.release()
}

const listOffset = (partition: number, query: 'latest' | 'maxTimestamp' | { timestampMs: number }) =>
  shards.toOwner({ kind: 'listOffset', ...at(partition), query, currentLeaderEpoch: -1, isolation: 'uncommitted' })

it('a partition whose file cannot be read answers KAFKA_STORAGE_ERROR, and the others of the fetch are served', async () => {
  lose(0)
  const query = { isolation: 'uncommitted', minBytes: 1, maxBytes: 1000, maxWaitMs: 0, answerAtOnce: false } as const
  const positions = [0, 1].map((partition) => ({ ...position, ...at(partition) }))
  const services = { shards, clock, logger: silentLogger, memory: new AnswerMemory(2 ** 20), whenWritten: () => {} }
  const [first, second] = await fetchRecords({ ...query, positions }, services, new AbortController().signal)
  expect(first).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  expect(second!.error).toBe('NONE')
  expect(second!.records.includes('v1')).toBe(true)
})

it('offsets by time in a file that cannot be read: KAFKA_STORAGE_ERROR', async () => {
  lose(0)
  expect(await listOffset(0, { timestampMs: 0 })).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', offset: -1 })
  expect(await listOffset(0, 'maxTimestamp')).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', offset: -1 })
})

it('DeleteRecords whose new start cannot be saved answers KAFKA_STORAGE_ERROR, as often as it is asked', async () => {
  // Nothing can be put where a directory stands.
  const obstacle = `${directory.path}/log-start-offset-checkpoint.tmp`
  fs.mkdirSync(obstacle)
  const ask = () => shards.toOwner({ kind: 'deleteRecords', ...at(0), beforeOffset: 1 })
  expect(await ask()).toEqual({ error: 'KAFKA_STORAGE_ERROR', lowWatermark: -1 })
  expect(await ask()).toEqual({ error: 'KAFKA_STORAGE_ERROR', lowWatermark: -1 })
  fs.rmdirSync(obstacle)
  expect(await ask()).toEqual({ error: 'NONE', lowWatermark: 1 })
})

it('a log that was deleted while somebody asked for its offsets: KAFKA_STORAGE_ERROR', async () => {
  const log = partitions[0]!.log
  const records = buildBatch({ records: [{ value: Buffer.from('not durable yet'), timestamp: nowMs }] })
  await shards.toOwner({ kind: 'append', ...at(0), records, acks: 1, timeoutMs: 1000 })
  const answers = [listOffset(0, { timestampMs: 0 }), shards.toOwner({ kind: 'deleteRecords', ...at(0), beforeOffset: 1 })]
  await Promise.resolve()
  await log.delete()
  for (const answer of await Promise.all(answers)) expect(answer.error).toBe('KAFKA_STORAGE_ERROR')
})
