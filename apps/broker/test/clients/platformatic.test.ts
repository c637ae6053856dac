import { Admin, type CompressionAlgorithmValue, Consumer, Producer, stringSerializers } from '@platformatic/kafka'
import { describe, expect, test } from 'vitest'
import { brokerUnderTest, freshTopic } from '../../../../tests/harness/broker-under-test.ts'
import { readPartition } from './read-partition.ts'

const broker = brokerUnderTest()
const options = (clientId: string) => ({ clientId, bootstrapBrokers: [broker.bootstrap], retries: 3, retryDelay: 50 })

async function using<Client extends { close(): Promise<void> }, T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

const withAdmin = <T>(work: (admin: Admin) => Promise<T>) => using(new Admin(options('admin')), work)
const withProducer = <T>(work: (producer: Producer<string, string, string, string>) => Promise<T>) =>
  using(new Producer({ ...options('producer'), serializers: stringSerializers }), work)

async function createdTopic(what: string, partitions = 1): Promise<string> {
  const topic = freshTopic(`platformatic-${what}`)
  await withAdmin((admin) => admin.createTopics({ topics: [topic], partitions, replicas: 1 }))
  return topic
}

const numbered = (topic: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ topic, key: `key ${i}`, value: `value ${i}` }))

// Its default is acks=1, and what is answered with it is found by whoever asks next.
describe('@platformatic/kafka produces', () => {
  test('keys, headers and timestamps, and is told the offset', async () => {
    const topic = await createdTopic('records')
    const first = { topic, key: 'k', value: 'v', headers: { a: '1' }, timestamp: 1_700_000_000_000n }
    const second = { topic, value: 'no key', timestamp: 1_700_000_000_001n }
    const told = await withProducer(async (producer) => [
      await producer.send({ messages: [first], acks: -1 }),
      await producer.send({ messages: [second], acks: 1 }),
    ])
    expect(told.map(({ offsets }) => offsets)).toEqual([[{ topic, partition: 0, offset: 0n }], [{ topic, partition: 0, offset: 1n }]])
    expect(await readPartition(broker.bootstrap, topic)).toMatchObject([
      { key: 'k', value: 'v', headers: { a: '1' }, timestamp: 1_700_000_000_000 },
      { value: 'no key', headers: {}, timestamp: 1_700_000_000_001 },
    ])
  })

  test.each<CompressionAlgorithmValue>(['none', 'gzip', 'zstd'])('under codec %s', async (compression) => {
    const topic = await createdTopic(compression)
    const messages = numbered(topic, 500)
    await withProducer((producer) => producer.send({ messages, compression }))
    expect((await readPartition(broker.bootstrap, topic)).map(({ key, value }) => ({ topic, key, value }))).toEqual(messages)
  })

  test('idempotently, with many requests in flight', async () => {
    const topic = await createdTopic('idempotent')
    const messages = numbered(topic, 40)
    const producer = new Producer({ ...options('idempotent'), serializers: stringSerializers, idempotent: true })
    await using(producer, async () => {
      await producer.initIdempotentProducer({})
      await Promise.all(messages.map((message) => producer.send({ messages: [message] })))
    })
    expect((await readPartition(broker.bootstrap, topic)).map(({ key, value }) => ({ topic, key, value }))).toEqual(messages)
  })
})

describe('@platformatic/kafka administers', () => {
  test('topics: create with configs, list, grow, delete', async () => {
    const topic = freshTopic('platformatic-topics')
    await withAdmin(async (admin) => {
      const configs = [{ name: 'retention.ms', value: '1234567' }]
      const [created] = await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1, configs })
      expect(created).toMatchObject({ name: topic, partitions: 2, replicas: 1, configuration: { 'retention.ms': '1234567' } })
      expect(await admin.listTopics()).toContain(topic)
      await admin.createPartitions({ topics: [{ name: topic, count: 3 }] })
      const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true })
      expect(topics.get(topic)).toMatchObject({ id: created!.id, partitionsCount: 3 })
      await admin.deleteTopics({ topics: [topic] })
      expect(await admin.listTopics()).not.toContain(topic)
    })
  })

  test('configs, log directories, offsets and deleted records', async () => {
    const topic = await createdTopic('rest')
    await withProducer((producer) => producer.send({ messages: numbered(topic, 10) }))
    await withAdmin(async (admin) => {
      const [described] = await admin.describeConfigs({
        resources: [{ resourceType: 2, resourceName: topic, configurationKeys: ['cleanup.policy'] }],
      })
      expect(described!.configs).toMatchObject([{ name: 'cleanup.policy', value: 'delete' }])
      const [directories] = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] })
      expect(directories!.results[0]!.topics).toMatchObject([{ name: topic, partitions: [{ partitionIndex: 0, offsetLag: 0n }] }])
      const deleted = await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] })
      expect(deleted).toEqual([{ name: topic, partitions: [{ partition: 0, lowWatermark: 4n }] }])
      const at = (timestamp: bigint) => admin.listOffsets({ topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }] })
      expect((await at(-2n))[0]!.partitions[0]!.offset).toBe(4n)
      expect((await at(-1n))[0]!.partitions[0]!.offset).toBe(10n)
    })
  })
})

test('@platformatic/kafka lists offsets as a consumer does', async () => {
  const topic = await createdTopic('consumer', 2)
  await withProducer((producer) =>
    producer.send({
      messages: [
        { topic, value: 'a', partition: 1 },
        { topic, value: 'b', partition: 1 },
      ],
    }),
  )
  const consumer = new Consumer({ ...options('consumer'), groupId: 'unused' })
  await using(consumer, async () => {
    expect(await consumer.listOffsets({ topics: [topic], timestamp: -1n })).toEqual(new Map([[topic, [0n, 2n]]]))
    expect(await consumer.listOffsets({ topics: [topic], timestamp: -2n })).toEqual(new Map([[topic, [0n, 0n]]]))
  })
})
