import { type Admin, CompressionTypes, ConfigResourceTypes, Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokerUnderTest, freshTopic } from '../../../../tests/harness/broker-under-test.ts'
import { readPartition } from './read-partition.ts'

const broker = brokerUnderTest()
let admin: Admin
let kafka: Kafka
beforeAll(async () => {
  kafka = new Kafka({ clientId: 'kafkajs-tests', brokers: [broker.bootstrap], logLevel: logLevel.NOTHING })
  admin = kafka.admin()
  await admin.connect()
})
afterAll(() => admin.disconnect())

async function withProducer<T>(work: (producer: Producer) => Promise<T>, options: { idempotent?: boolean } = {}): Promise<T> {
  const producer = kafka.producer(options)
  await producer.connect()
  try {
    return await work(producer)
  } finally {
    await producer.disconnect()
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `key ${i}`, value: `value ${i}` }))

async function createdTopic(what: string, numPartitions = 1): Promise<string> {
  const topic = freshTopic(`kafkajs-${what}`)
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
  return topic
}

describe('kafkajs produces', () => {
  test.each([-1, 1, 0])('with acks=%i, and the records come back as they went', async (acks) => {
    const topic = await createdTopic('acks')
    const messages = [
      { key: 'k', value: 'v', headers: { a: '1' }, timestamp: '1700000000000' },
      { key: null, value: 'no key', timestamp: '1700000000001' },
      { key: 'gone', value: null, timestamp: '1700000000002' },
    ]
    await withProducer((producer) => producer.send({ topic, acks, messages }))
    const read = () => readPartition(broker.bootstrap, topic)
    // With acks=0 nothing said that the records arrived.
    await expect.poll(async () => (await read()).length, { timeout: 10_000 }).toBe(3)
    expect(await read()).toMatchObject([
      { offset: 0, key: 'k', value: 'v', headers: { a: '1' }, timestamp: 1_700_000_000_000 },
      { offset: 1, key: null, value: 'no key', headers: {}, timestamp: 1_700_000_000_001 },
      { offset: 2, key: 'gone', value: null, headers: {}, timestamp: 1_700_000_000_002 },
    ])
  })

  test('and is told the offset of each batch', async () => {
    const topic = await createdTopic('offsets')
    const told = await withProducer(async (producer) => [
      await producer.send({ topic, messages: numbered(3) }),
      await producer.send({ topic, messages: numbered(2) }),
    ])
    expect(told.flat()).toMatchObject([
      { topicName: topic, partition: 0, errorCode: 0, baseOffset: '0', logStartOffset: '0' },
      { topicName: topic, partition: 0, errorCode: 0, baseOffset: '3', logStartOffset: '0' },
    ])
  })

  test('under gzip', async () => {
    const topic = await createdTopic('gzip')
    await withProducer((producer) => producer.send({ topic, compression: CompressionTypes.GZIP, messages: numbered(1000) }))
    expect((await readPartition(broker.bootstrap, topic)).map(({ key, value }) => ({ key, value }))).toEqual(numbered(1000))
  })

  test('idempotently, batch after batch', async () => {
    const topic = await createdTopic('idempotent')
    const sent = numbered(50)
    await withProducer(
      async (producer) => {
        for (const message of sent) await producer.send({ topic, messages: [message] })
      },
      { idempotent: true },
    )
    expect((await readPartition(broker.bootstrap, topic)).map(({ key, value }) => ({ key, value }))).toEqual(sent)
  })

  test('many topics and partitions in one batch', async () => {
    const topics = [await createdTopic('batch', 2), await createdTopic('batch', 2)]
    const topicMessages = topics.map((topic) => ({
      topic,
      messages: [0, 1].map((partition) => ({ partition, value: `${topic}/${partition}` })),
    }))
    await withProducer((producer) => producer.sendBatch({ topicMessages }))
    for (const topic of topics) {
      for (const partition of [0, 1]) {
        expect((await readPartition(broker.bootstrap, topic, { partition })).map(({ value }) => value)).toEqual([`${topic}/${partition}`])
      }
    }
  })

  test('to a topic that was not there, which is made at once', async () => {
    const topic = freshTopic('kafkajs-automatic')
    await withProducer((producer) => producer.send({ topic, messages: numbered(1) }))
    expect(await readPartition(broker.bootstrap, topic)).toHaveLength(1)
  })
})

describe('kafkajs administers', () => {
  test('topics: create, describe, grow, delete', async () => {
    const topic = freshTopic('kafkajs-topics')
    const wanted = { topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '1234567' }] }
    expect(await admin.createTopics({ topics: [wanted], validateOnly: true, waitForLeaders: false })).toBe(true)
    expect(await admin.listTopics()).not.toContain(topic)
    expect(await admin.createTopics({ topics: [wanted] })).toBe(true)
    expect(await admin.createTopics({ topics: [wanted] })).toBe(false)
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const { controller, brokers } = await admin.describeCluster()
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([broker.bootstrap])
    const partitions = topics[0]!.partitions.sort((a, b) => a.partitionId - b.partitionId)
    expect(partitions).toMatchObject(
      [0, 1, 2, 3].map((partitionId) => ({
        partitionErrorCode: 0,
        partitionId,
        leader: controller,
        replicas: [controller],
        isr: [controller],
      })),
    )
    await admin.deleteTopics({ topics: [topic] })
    expect(await admin.listTopics()).not.toContain(topic)
  })

  test('what a topic may not be called or have is refused', async () => {
    const refusal = (topic: object) =>
      admin.createTopics({ topics: [{ topic: freshTopic('x'), ...topic }] }).catch(({ errors }) => errors[0].type)
    expect(await refusal({ topic: 'a/b' })).toBe('INVALID_TOPIC_EXCEPTION')
    expect(await refusal({ numPartitions: 0 })).toBe('INVALID_PARTITIONS')
    expect(await refusal({ replicationFactor: 3 })).toBe('INVALID_REPLICATION_FACTOR')
    expect(await refusal({ configEntries: [{ name: 'no.such.config', value: '1' }] })).toBe('INVALID_CONFIG')
  })

  test('offsets: both ends, and by time', async () => {
    const topic = await createdTopic('ends')
    const messages = [0, 1, 2].map((i) => ({ value: `${i}`, timestamp: String(1_700_000_000_000 + i * 1000) }))
    await withProducer((producer) => producer.send({ topic, messages }))
    expect(await admin.fetchTopicOffsets(topic)).toEqual([{ partition: 0, offset: '3', high: '3', low: '0' }])
    const byTime = async (time: number) => (await admin.fetchTopicOffsetsByTimestamp(topic, time))[0]!.offset
    expect(await byTime(1_700_000_000_001)).toBe('1')
    expect(await byTime(1_700_000_002_000)).toBe('2')
    expect(await byTime(1_800_000_000_000)).toBe('3') // kafkajs gives the end where nothing is found
  })

  test('records: delete up to an offset', async () => {
    const topic = await createdTopic('delete')
    await withProducer((producer) => producer.send({ topic, messages: numbered(10) }))
    await admin.fetchTopicOffsets(topic) // without it kafkajs does not know the leader
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] })
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '6', high: '10' }])
    expect((await readPartition(broker.bootstrap, topic, { from: 6 })).map(({ value }) => value)).toEqual(
      [6, 7, 8, 9].map((i) => `value ${i}`),
    )
  })

  test('configs of a topic and of the broker', async () => {
    const topic = await createdTopic('configs')
    const describe = async (type: ConfigResourceTypes, name: string, configNames: string[]) =>
      (await admin.describeConfigs({ includeSynonyms: false, resources: [{ type, name, configNames }] })).resources[0]!.configEntries
    expect(await describe(ConfigResourceTypes.TOPIC, topic, ['cleanup.policy'])).toMatchObject([
      { configName: 'cleanup.policy', configValue: 'delete', isSensitive: false, readOnly: false, configSource: 5 },
    ])
    const { controller } = await admin.describeCluster()
    expect(await describe(ConfigResourceTypes.BROKER, String(controller), ['auto.create.topics.enable'])).toMatchObject([
      { configName: 'auto.create.topics.enable', configValue: 'true' },
    ])
  })
})
