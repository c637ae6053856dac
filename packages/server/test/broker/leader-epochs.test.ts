import { DeleteRecords, ListOffsets, Metadata, OffsetForLeaderEpoch, splitBatches } from '@logan/protocol'
import { expect, it } from 'vitest'
import {
  batchOf,
  createTopic,
  errorName,
  fetchOne,
  killed,
  leaderEpochOf,
  newBroker,
  newBrokerAndClient,
  newClient,
  newDirectory,
  produce,
  type Topic,
} from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

/** Two records under epoch 0, then a crash, then two under epoch 1. */
async function twoEpochs(): Promise<{ client: WireClient; topic: Topic }> {
  const logDir = newDirectory()
  const first = await newBrokerAndClient({ logDir, flushMode: 'sync' })
  const topic = await createTopic(first.client)
  await produce(first.client, topic, batchOf(['a', 'b']))
  const client = await newClient(await newBroker({ logDir: killed(logDir), flushMode: 'sync' }))
  await produce(client, topic, batchOf(['c', 'd']))
  return { client, topic }
}

async function endOfEpoch(client: WireClient, { name }: Topic, leaderEpoch: number, currentLeaderEpoch = -1) {
  const topics = [{ topic: name, partitions: [{ partition: 0, leaderEpoch, currentLeaderEpoch }] }]
  const { topics: found } = await client.call(OffsetForLeaderEpoch, 4, { topics })
  const { errorCode, leaderEpoch: epoch, endOffset } = found[0]!.partitions[0]!
  return [errorName(errorCode), epoch, endOffset]
}

async function latestUnder(client: WireClient, { name }: Topic, currentLeaderEpoch: number) {
  const partitions = [{ partitionIndex: 0, timestamp: -1, currentLeaderEpoch }]
  const { topics } = await client.call(ListOffsets, 6, { replicaId: -1, topics: [{ name, partitions }] })
  return errorName(topics[0]!.partitions[0]!.errorCode)
}

it('a crash raises the epoch, everywhere alike', async () => {
  const { client, topic } = await twoEpochs()
  expect(await leaderEpochOf(client, topic)).toBe(1)
  const { records } = await fetchOne(client, topic)
  expect([...splitBatches(records!)].map(({ partitionLeaderEpoch }) => partitionLeaderEpoch)).toEqual([0, 1])
  expect(await endOfEpoch(client, topic, 0)).toEqual(['NONE', 0, 2])
  expect(await endOfEpoch(client, topic, 1)).toEqual(['NONE', 1, 4])
})

it('of an epoch that was not yet, or not known, there is no end', async () => {
  const { client, topic } = await twoEpochs()
  expect(await endOfEpoch(client, topic, 2)).toEqual(['NONE', -1, -1])
  expect(await endOfEpoch(client, topic, -1)).toEqual(['NONE', -1, -1])
})

it('an older epoch than the current one is fenced, a newer one unknown', async () => {
  const { client, topic } = await twoEpochs()
  const expected = new Map([
    [-1, 'NONE'],
    [0, 'FENCED_LEADER_EPOCH'],
    [1, 'NONE'],
    [2, 'UNKNOWN_LEADER_EPOCH'],
  ])
  for (const [currentLeaderEpoch, error] of expected) {
    const fetched = await fetchOne(client, topic, { currentLeaderEpoch }, { maxWaitMs: error === 'NONE' ? 0 : 60_000 })
    expect(fetched.error, `fetch ${currentLeaderEpoch}`).toBe(error)
    expect(fetched.values).toHaveLength(error === 'NONE' ? 4 : 0)
    expect(await latestUnder(client, topic, currentLeaderEpoch)).toBe(error)
    expect((await endOfEpoch(client, topic, 0, currentLeaderEpoch))[0]).toBe(error)
  }
})

it('a reader whose last epoch ended before its offset is told where', async () => {
  const { client, topic } = await twoEpochs()
  const fetch = (lastFetchedEpoch: number, fetchOffset: number) =>
    fetchOne(client, topic, { lastFetchedEpoch, fetchOffset }, { maxWaitMs: fetchOffset === 4 ? 0 : 60_000 })
  expect(await fetch(0, 3)).toMatchObject({ error: 'NONE', values: [], divergingEpoch: { epoch: 0, endOffset: 2 } })
  expect(await fetch(0, 2)).toMatchObject({ values: ['c', 'd'], divergingEpoch: { epoch: -1, endOffset: -1 } })
  expect(await fetch(1, 4)).toMatchObject({ error: 'NONE', values: [], divergingEpoch: { epoch: -1, endOffset: -1 } })
})

it('a last epoch that nobody knows: OFFSET_OUT_OF_RANGE', async () => {
  const { client, topic } = await twoEpochs()
  const wait = { maxWaitMs: 60_000 }
  expect((await fetchOne(client, topic, { lastFetchedEpoch: 2, fetchOffset: 2 }, wait)).error).toBe('OFFSET_OUT_OF_RANGE')
})

it('a last epoch that wrote nothing: the one before it counts, and below the log start OFFSET_OUT_OF_RANGE', async () => {
  const first = await newBrokerAndClient({ logDir: newDirectory(), flushMode: 'sync' })
  const topic = await createTopic(first.client)
  await produce(first.client, topic, batchOf(['a', 'b']))
  const idle = await newBroker({ logDir: killed(first.broker.logDir), flushMode: 'sync' })
  const client = await newClient(await newBroker({ logDir: killed(idle.logDir), flushMode: 'sync' }))
  await produce(client, topic, batchOf(['c', 'd']))
  const fetch = (fetchOffset: number) => fetchOne(client, topic, { lastFetchedEpoch: 1, fetchOffset }, { maxWaitMs: 60_000 })
  expect(await fetch(0)).toMatchObject({ error: 'NONE', divergingEpoch: { epoch: 0, endOffset: 2 } })
  const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 1 }] }]
  await client.call(DeleteRecords, 2, { topics, timeoutMs: 1000 })
  expect((await fetch(0)).error).toBe('OFFSET_OUT_OF_RANGE')
})

it('partitions that are added begin at epoch 0, and the epoch of a topic does not pass to its successor', async () => {
  const { client, topic } = await twoEpochs()
  const other = await createTopic(client, 'other', { partitions: 2 })
  const { topics } = await client.call(Metadata, 12, { topics: [{ name: other.name }, { name: topic.name }] })
  expect(topics.map(({ partitions }) => partitions.map(({ leaderEpoch }) => leaderEpoch))).toEqual([[0, 0], [1]])
})
