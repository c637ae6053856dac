import { buildBatch, type CodecId, codecs, DeleteRecords, ListOffsets } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, createTopic, errorName, newBrokerAndClient, produce, type Topic } from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

interface Found {
  readonly error: string
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

const earliest = -2
const latest = -1
const maxTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6
const nothing = { error: 'NONE', offset: -1, timestamp: -1, leaderEpoch: -1 }

async function listOffset(client: WireClient, { name }: Topic, timestamp: number, version = 11): Promise<Found> {
  const topics = [{ name, partitions: [{ partitionIndex: 0, timestamp }] }]
  const answer = await client.call(ListOffsets, version, { replicaId: -1, topics })
  const { errorCode, offset, timestamp: found, leaderEpoch } = answer.topics[0]!.partitions[0]!
  return { error: errorName(errorCode), offset, timestamp: found, leaderEpoch }
}

function stampedBatch(timestamps: readonly number[], codec: CodecId = codecs.none): Buffer {
  return buildBatch({ codec, records: timestamps.map((timestamp) => ({ value: Buffer.from(`at ${timestamp}`), timestamp })) })
}

async function newTopic(batches: readonly Buffer[] = [], configs: Record<string, string> = {}) {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client, 't', { configs })
  for (const batch of batches) {
    const { error } = await produce(client, topic, batch)
    expect(error).toBe('NONE')
  }
  return { client, topic, list: (timestamp: number, version?: number) => listOffset(client, topic, timestamp, version) }
}

const deleteBefore = (client: WireClient, { name }: Topic, offset: number) =>
  client.call(DeleteRecords, 2, { topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 1000 })

describe('special timestamps', () => {
  it('of an empty log', async () => {
    const { list } = await newTopic()
    for (const timestamp of [earliest, latest, earliestLocal])
      expect(await list(timestamp)).toEqual({ error: 'NONE', offset: 0, timestamp: -1, leaderEpoch: 0 })
    for (const timestamp of [maxTimestamp, latestTiered, earliestPendingUpload, 0]) expect(await list(timestamp)).toEqual(nothing)
  })

  it('of a log with records, the oldest deleted', async () => {
    const { client, topic, list } = await newTopic([stampedBatch([10, 30, 20]), stampedBatch([30, 15])])
    await deleteBefore(client, topic, 1)
    expect(await list(earliest)).toEqual({ error: 'NONE', offset: 1, timestamp: -1, leaderEpoch: 0 })
    expect(await list(earliestLocal)).toEqual({ error: 'NONE', offset: 1, timestamp: -1, leaderEpoch: 0 })
    expect(await list(latest)).toEqual({ error: 'NONE', offset: 5, timestamp: -1, leaderEpoch: 0 })
    expect(await list(maxTimestamp)).toEqual({ error: 'NONE', offset: 1, timestamp: 30, leaderEpoch: 0 })
    for (const timestamp of [latestTiered, earliestPendingUpload]) expect(await list(timestamp)).toEqual(nothing)
  })

  it.each([
    [latest, 1],
    [earliest, 1],
    [maxTimestamp, 7],
    [earliestLocal, 8],
    [latestTiered, 9],
    [earliestPendingUpload, 11],
    [-7, 12],
  ])('%i is known from v%i on', async (timestamp, since) => {
    const { list } = await newTopic([stampedBatch([10])])
    for (let version = 1; version <= 11; version++) {
      const { error } = await list(timestamp, version)
      expect(error, `v${version}`).toBe(version < since ? 'UNSUPPORTED_VERSION' : 'NONE')
    }
  })

  it('the leader epoch is told from v4 on', async () => {
    const { list } = await newTopic([stampedBatch([10])])
    expect((await list(latest, 3)).leaderEpoch).toBe(-1)
    expect((await list(latest, 4)).leaderEpoch).toBe(0)
  })
})

describe('by time', () => {
  const byName = Object.entries(codecs)

  it.each(byName)('to the record inside a batch, %s', async (_, codec) => {
    const { list } = await newTopic([stampedBatch([100, 200, 300], codec), stampedBatch([400, 350, 500], codec)])
    const expected = new Map([
      [0, [0, 100]],
      [100, [0, 100]],
      [101, [1, 200]],
      [300, [2, 300]],
      [301, [3, 400]],
      [400, [3, 400]],
      [401, [5, 500]],
    ])
    for (const [timestamp, [offset, found]] of expected)
      expect(await list(timestamp), `${timestamp}`).toEqual({ error: 'NONE', offset, timestamp: found, leaderEpoch: 0 })
    expect(await list(501)).toEqual(nothing)
    expect(await list(maxTimestamp)).toEqual({ error: 'NONE', offset: 5, timestamp: 500, leaderEpoch: 0 })
  })

  it('timestamps that go back: the first record in offset order', async () => {
    const { list } = await newTopic([stampedBatch([500]), stampedBatch([100]), stampedBatch([600])])
    expect(await list(50)).toMatchObject({ offset: 0, timestamp: 500 })
    expect(await list(501)).toMatchObject({ offset: 2, timestamp: 600 })
  })

  it('over many segments', async () => {
    const { client } = await newBrokerAndClient({ set: { 'log.segment.bytes': '1048576', 'log.index.interval.bytes': '1000' } })
    const topic = await createTopic(client)
    const padding = Buffer.alloc(100_000)
    for (let index = 0; index < 30; index++)
      await produce(client, topic, buildBatch({ records: [{ value: padding, timestamp: 1000 + index * 10 }] }))
    for (const index of [0, 1, 9, 10, 11, 20, 29])
      expect(await listOffset(client, topic, 1000 + index * 10 - 5)).toMatchObject({ offset: index, timestamp: 1000 + index * 10 })
    expect(await listOffset(client, topic, maxTimestamp)).toMatchObject({ offset: 29, timestamp: 1290 })
  })

  it('deleted records are not found', async () => {
    const { client, topic, list } = await newTopic([stampedBatch([100, 200, 300])])
    await deleteBefore(client, topic, 1)
    expect(await list(50)).toMatchObject({ offset: 1, timestamp: 200 })
  })

  it('records without a time are not found', async () => {
    const { list } = await newTopic([batchOf(['timeless'], { timestamp: -1 })])
    expect(await list(0)).toEqual(nothing)
    expect(await list(maxTimestamp)).toEqual(nothing)
  })

  it('by the append time where the topic keeps that', async () => {
    const beginMs = Date.now()
    const { list } = await newTopic([stampedBatch([5, 6]), stampedBatch([7])], { 'message.timestamp.type': 'LogAppendTime' })
    expect(await list(8)).toMatchObject({ offset: 0 })
    expect((await list(8)).timestamp).toBeGreaterThanOrEqual(beginMs)
    expect(await list(Date.now() + 1000)).toEqual(nothing)
  })
})

it('a partition that is asked for twice: INVALID_REQUEST for both, the others are answered', async () => {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client, 'wide', { partitions: 3 })
  const at = (partitionIndex: number, timestamp: number) => ({ partitionIndex, timestamp })
  const topics = [
    { name: topic.name, partitions: [at(0, latest), at(1, latest), at(0, earliest)] },
    { name: topic.name, partitions: [at(2, latest)] },
  ]
  const answer = await client.call(ListOffsets, 6, { replicaId: -1, topics })
  const found = answer.topics.map(({ partitions }) =>
    partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorName(errorCode)]),
  )
  expect(found.flat()).toEqual([
    [0, 'INVALID_REQUEST'],
    [1, 'NONE'],
    [0, 'INVALID_REQUEST'],
    [2, 'NONE'],
  ])
})
