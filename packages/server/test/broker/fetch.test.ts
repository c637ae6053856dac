import { codecs, DeleteRecords } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, createTopic, deleteTopic, fetchAll, fetchOne, newBrokerAndClient, produce, type Topic } from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

/** A topic whose one partition holds these batches. */
async function filled(batches: readonly (readonly string[])[]): Promise<{ client: WireClient; topic: Topic }> {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  for (const values of batches) await produce(client, topic, batchOf(values))
  return { client, topic }
}

const deleteBefore = (client: WireClient, { name }: Topic, offset: number) =>
  client.call(DeleteRecords, 2, { topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 1000 })

describe('positions', () => {
  it('the batch that holds the offset comes whole, and what is behind it', async () => {
    const { client, topic } = await filled([['a', 'b', 'c'], ['d'], ['e', 'f']])
    expect((await fetchOne(client, topic, { fetchOffset: 1 })).values).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect((await fetchOne(client, topic, { fetchOffset: 3 })).values).toEqual(['d', 'e', 'f'])
    expect((await fetchOne(client, topic, { fetchOffset: 5 })).values).toEqual(['e', 'f'])
  })

  it('at the end there is nothing, and no error', async () => {
    const { client, topic } = await filled([['a', 'b']])
    const fetched = await fetchOne(client, topic, { fetchOffset: 2 })
    expect(fetched).toMatchObject({ error: 'NONE', values: [], highWatermark: 2, lastStableOffset: 2, logStartOffset: 0 })
    expect(fetched.records).toHaveLength(0)
  })

  it('outside the log: OFFSET_OUT_OF_RANGE, at once', async () => {
    const { client, topic } = await filled([['a', 'b', 'c']])
    await deleteBefore(client, topic, 2)
    for (const fetchOffset of [-1, 0, 1, 4]) {
      const fetched = await fetchOne(client, topic, { fetchOffset }, { maxWaitMs: 30_000 })
      expect(fetched, `offset ${fetchOffset}`).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', values: [] })
    }
    expect(await fetchOne(client, topic, { fetchOffset: 2 })).toMatchObject({ logStartOffset: 2, values: ['a', 'b', 'c'] })
  })

  it('a fetch ends with a segment, and the next one goes on', async () => {
    const { client } = await newBrokerAndClient({ set: { 'log.segment.bytes': '1048576' } })
    const topic = await createTopic(client)
    const values = Array.from({ length: 5 }, (_, index) => `${index}`.repeat(400_000))
    for (const value of values) await produce(client, topic, batchOf([value]))
    const read: string[] = []
    while (read.length < values.length) {
      const fetched = await fetchOne(client, topic, { fetchOffset: read.length, partitionMaxBytes: 1 << 24 })
      expect(fetched.values.length).toBeGreaterThan(0)
      read.push(...fetched.values)
    }
    expect(read).toEqual(values)
  })

  it('a reader of committed records is told of aborted transactions, of which there are none', async () => {
    const { client, topic } = await filled([['a']])
    expect(await fetchOne(client, topic, {}, { isolationLevel: 1 })).toMatchObject({ values: ['a'], abortedTransactions: [] })
    expect(await fetchOne(client, topic, {}, { isolationLevel: 0 })).toMatchObject({ values: ['a'], abortedTransactions: null })
  })
})

describe('limits', () => {
  /** A record that makes a batch of some 1,070 bytes. */
  const large = (name: string) => name.repeat(1000)
  const names = (values: readonly string[]) => values.map((value) => value[0]).join('')

  /** Partitions 0 to 3; 0 is empty, the others hold three large batches each. */
  async function wide(set: Record<string, string> = {}) {
    const { client } = await newBrokerAndClient({ set })
    const topic = await createTopic(client, 'wide', { partitions: 4 })
    for (const [partition, values] of ['abc', 'def', 'ghi'].entries())
      for (const value of values) await produce(client, topic, batchOf([large(value)]), { partition: partition + 1 })
    return async (maxBytes: number, partitionMaxBytes: number, order = [0, 1, 2, 3]) => {
      const wanted = order.map((partition) => ({ topic, partition, partitionMaxBytes }))
      return (await fetchAll(client, wanted, { maxBytes })).map(({ values }) => names(values))
    }
  }

  it('no more whole batches than fit', async () => {
    const fetchWide = await wide()
    expect(await fetchWide(1 << 20, 2500)).toEqual(['', 'ab', 'de', 'gh'])
    expect(await fetchWide(2500, 1 << 20)).toEqual(['', 'ab', '', ''])
    expect(await fetchWide(4500, 1 << 20)).toEqual(['', 'abc', 'd', ''])
    expect(await fetchWide(6000, 2500)).toEqual(['', 'ab', 'de', 'g'])
  })

  it('but the first batch of the first partition that has any, whole', async () => {
    const fetchWide = await wide()
    expect(await fetchWide(1, 1)).toEqual(['', 'a', '', ''])
    expect(await fetchWide(1, 1, [0, 3, 1, 2])).toEqual(['', 'g', '', ''])
    expect(await fetchWide(0, 0)).toEqual(['', 'a', '', ''])
  })

  it('a partition gives nothing when its first batch is above its limit and another partition came first', async () => {
    const fetchWide = await wide()
    expect(await fetchWide(1 << 20, 500)).toEqual(['', 'a', '', ''])
  })

  it('the broker has a limit of its own', async () => {
    const fetchWide = await wide({ 'fetch.max.bytes': '2500' })
    expect(await fetchWide(1 << 20, 1 << 20)).toEqual(['', 'ab', '', ''])
  })
})

describe('zstd below v10', () => {
  const plain = () => batchOf(['plain'])
  const zstd = () => batchOf(['zstd'], { codec: codecs.zstd })

  it('is an error where it comes first, and what stands before it is given', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    for (const records of [plain(), zstd(), plain()]) await produce(client, topic, records)
    expect(await fetchOne(client, topic, {}, { version: 9 })).toMatchObject({ error: 'NONE', values: ['plain'] })
    const refused = await fetchOne(client, topic, { fetchOffset: 1 }, { version: 9 })
    expect(refused).toMatchObject({ error: 'UNSUPPORTED_COMPRESSION_TYPE', values: [] })
    expect((await fetchOne(client, topic, { fetchOffset: 1 }, { version: 10 })).values).toEqual(['zstd', 'plain'])
  })
})

describe('topics', () => {
  it('the known partitions are served beside unknown ones', async () => {
    const { client, topic } = await filled([['a']])
    const unknown = { name: 'unknown', id: 'AQIDBAUGBwgJCgsMDQ4PEA' }
    for (const [version, error] of [
      [12, 'UNKNOWN_TOPIC_OR_PARTITION'],
      [13, 'UNKNOWN_TOPIC_ID'],
    ] as const) {
      const wanted = [{ topic: unknown }, { topic }, { topic, partition: 7 }]
      const fetched = await fetchAll(client, wanted, { version })
      const found = fetched.map((partition) => [partition.partitionIndex, partition.error, ...partition.values])
      expect(found).toContainEqual([0, error])
      expect(found).toContainEqual([0, 'NONE', 'a'])
      expect(found).toContainEqual([7, 'UNKNOWN_TOPIC_OR_PARTITION'])
    }
  })

  it('an unknown topic is told at once, whatever the others wait for', async () => {
    const { client, topic } = await filled([])
    const wanted = [{ topic }, { topic: { name: 'unknown', id: 'AQIDBAUGBwgJCgsMDQ4PEA' } }]
    const fetched = await fetchAll(client, wanted, { maxWaitMs: 60_000 })
    expect(fetched.map(({ error }) => error)).toEqual(['NONE', 'UNKNOWN_TOPIC_ID'])
  })

  it('an id is not given again with the name', async () => {
    const { client, topic } = await filled([['old']])
    await deleteTopic(client, topic)
    const next = await createTopic(client)
    await produce(client, next, batchOf(['new']))
    expect((await fetchOne(client, topic)).error).toBe('UNKNOWN_TOPIC_ID')
    expect((await fetchOne(client, next)).values).toEqual(['new'])
    expect((await fetchOne(client, topic, {}, { version: 12 })).values).toEqual(['new'])
  })
})
