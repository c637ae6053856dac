import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ListOffsets, splitBatches } from '@logan/protocol'
import { expect, it } from 'vitest'
import {
  batchOf,
  createTopic,
  errorName,
  fetchAll,
  fetchOne,
  newBrokerAndClient,
  newDirectory,
  produce,
  type Topic,
} from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

/** Where in a batch its value lies here. */
const valueAt = 67

/**
 * A broker that stopped in order, whose disk changed a bit of the second batch of partition 0 meanwhile, and that runs again: `at` says in
 * which byte, from the beginning of the batch.
 */
async function rotten(at: number, { isIndexed = true } = {}): Promise<{ client: WireClient; topic: Topic }> {
  const logDir = newDirectory()
  const set = { 'log.index.interval.bytes': isIndexed ? '0' : '4096' }
  const first = await newBrokerAndClient({ logDir, set })
  const topic = await createTopic(first.client, 't', { partitions: 2 })
  for (const [index, value] of ['a', 'b', 'c'].entries())
    for (const partition of [0, 1]) await produce(first.client, topic, batchOf([value], { timestamp: 1000 + index }), { partition })
  await first.broker.close()
  const file = join(logDir, 't-0', '00000000000000000000.log')
  const bytes = readFileSync(file)
  const [, second] = [...splitBatches(bytes)]
  bytes[second!.position + at]! ^= 1
  writeFileSync(file, bytes)
  const { client } = await newBrokerAndClient({ logDir, set })
  return { client, topic }
}

/** What one bit can be of: a record, the checksum, and what the checksum does not cover: offset, length, magic. */
const places: [string, number][] = [
  ['a record', valueAt],
  ['the checksum', 17],
  ['the offset', 7],
  ['the offset, far away', 2],
  ['the length', 11],
  ['the length, far beyond the file', 9],
  ['the magic', 16],
]

it.each(places)('a bit that flipped in %s: CORRUPT_MESSAGE, and the other partitions are served', async (_, at) => {
  const { client, topic } = await rotten(at)
  const wanted = [0, 1].map((partition) => ({ topic, partition, fetchOffset: 1 }))
  const [bad, good] = await fetchAll(client, wanted, { maxWaitMs: 60_000 })
  expect(bad).toMatchObject({ error: 'CORRUPT_MESSAGE', values: [] })
  expect(good).toMatchObject({ error: 'NONE', values: ['b', 'c'] })
})

it('a header that opening has to read: that partition alone is offline', async () => {
  const { client, topic } = await rotten(16, { isIndexed: false })
  const [bad, good] = await fetchAll(
    client,
    [0, 1].map((partition) => ({ topic, partition })),
    { maxWaitMs: 60_000 },
  )
  expect(bad).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', values: [] })
  expect(good).toMatchObject({ error: 'NONE', values: ['a', 'b', 'c'] })
  expect((await produce(client, topic, batchOf(['d']))).error).toBe('KAFKA_STORAGE_ERROR')
})

it('the partition takes appends, and serves what lies behind the fault', async () => {
  const { client, topic } = await rotten(valueAt)
  expect(await produce(client, topic, batchOf(['d'], { timestamp: 1003 }))).toMatchObject({ error: 'NONE', baseOffset: 3 })
  expect((await fetchOne(client, topic, { fetchOffset: 2 })).values).toEqual(['c', 'd'])
})

it('a look-up by time that meets the fault says so, and the connection goes on', async () => {
  const { client, topic } = await rotten(valueAt)
  const list = async (partitionIndex: number, timestamp: number) => {
    const topics = [{ name: topic.name, partitions: [{ partitionIndex, timestamp }] }]
    const answer = await client.call(ListOffsets, 6, { replicaId: -1, topics })
    const { errorCode, offset } = answer.topics[0]!.partitions[0]!
    return [errorName(errorCode), offset]
  }
  expect(await list(0, 1001)).toEqual(['CORRUPT_MESSAGE', -1])
  expect(await list(0, 1002)).toEqual(['NONE', 2])
  expect(await list(1, 1001)).toEqual(['NONE', 1])
})
