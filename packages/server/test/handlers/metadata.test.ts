import { errorCodes, Metadata, nullUuid } from '@logan/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestBroker, type TestBroker } from './handler-testkit.ts'

let broker: TestBroker

beforeEach(async () => {
  broker = await startTestBroker({ 'broker.rack': 'r1', 'num.partitions': '2' })
  const rest = { replicationFactor: 1, assignments: [], configs: [] }
  await broker.controller.createTopics(
    [
      { name: 'a', numPartitions: 1, ...rest },
      { name: 'b', numPartitions: 3, ...rest },
    ],
    { validateOnly: false },
  )
})

afterEach(() => broker.close())

const versions = Array.from({ length: 14 }, (_, version) => version)

describe.each(versions)('v%i', (version) => {
  const namesOf = async (request: Parameters<typeof broker.call<typeof Metadata>>[2]): Promise<(string | null)[]> =>
    (await broker.call(Metadata, version, request)).topics.map(({ name }) => name)

  test('all topics', async () => {
    expect(await namesOf({ topics: version === 0 ? [] : null })).toEqual(['a', 'b'])
  })

  if (version > 0)
    test('no topics', async () => {
      expect(await namesOf({ topics: [] })).toEqual([])
    })

  test('a topic by name, with what the version can say', async () => {
    const response = await broker.call(Metadata, version, { topics: [{ name: 'b' }] })
    expect(response.brokers).toMatchObject([{ nodeId: 1, host: 'broker.example', port: 9092, rack: version >= 1 ? 'r1' : null }])
    expect(response.clusterId).toBe(version >= 2 ? 'cluster-of-tests' : null)
    expect(response.controllerId).toBe(version >= 1 ? 1 : -1)
    const [topic] = response.topics
    expect(topic).toMatchObject({ errorCode: 0, name: 'b', topicAuthorizedOperations: -2147483648 })
    expect(topic?.topicId).toBe(version >= 10 ? broker.controller.image.topicsByName.get('b')?.id : nullUuid)
    expect(topic?.partitions).toHaveLength(3)
    expect(topic?.partitions[1]).toMatchObject({ errorCode: 0, partitionIndex: 1, leaderId: 1, replicaNodes: [1], isrNodes: [1] })
    expect(topic?.partitions[1]?.leaderEpoch).toBe(version >= 7 ? 0 : -1)
  })

  test('a missing topic is made unless the client forbids it', async () => {
    const topics = [{ name: 'new' }]
    if (version >= 4) {
      const forbidden = await broker.call(Metadata, version, { topics, allowAutoTopicCreation: false })
      expect(forbidden.topics).toMatchObject([{ errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION, name: 'new', partitions: [] }])
    }
    const response = await broker.call(Metadata, version, { topics })
    expect(response.topics).toMatchObject([{ errorCode: 0, name: 'new', partitions: [{}, {}] }])
  })

  test('a name that cannot be is told apart from one that is missing', async () => {
    const response = await broker.call(Metadata, version, { topics: [{ name: 'no way' }, { name: '__consumer_offsets' }] })
    expect(response.topics.map(({ errorCode, isInternal }) => [errorCode, isInternal])).toEqual([
      [errorCodes.INVALID_TOPIC_EXCEPTION, false],
      [errorCodes.UNKNOWN_TOPIC_OR_PARTITION, version >= 1],
    ])
    expect(broker.controller.image.topicsByName.size).toBe(2)
  })

  if (version >= 8)
    test('authorized operations are told to who asks', async () => {
      const response = await broker.call(Metadata, version, {
        topics: [{ name: 'a' }],
        includeTopicAuthorizedOperations: true,
        ...(version <= 10 ? { includeClusterAuthorizedOperations: true } : {}),
      })
      expect(response.topics[0]?.topicAuthorizedOperations).toBe(3576)
      expect(response.clusterAuthorizedOperations).toBe(version <= 10 ? 8096 : -2147483648)
    })

  if (version >= 12)
    test('by id; names do not count then', async () => {
      const { id } = broker.controller.image.topicsByName.get('a')!
      const unknown = 'AAAAAAAAAAAAAAAAAAAAAg'
      const response = await broker.call(Metadata, version, {
        topics: [{ topicId: id, name: null }, { topicId: unknown, name: null }, { name: 'b' }],
      })
      expect(response.topics).toMatchObject([
        { errorCode: 0, name: 'a', topicId: id },
        { errorCode: errorCodes.UNKNOWN_TOPIC_ID, name: null, topicId: unknown },
      ])
    })

  if (version === 10 || version === 11)
    test('ids cannot be asked for yet', async () => {
      const { id } = broker.controller.image.topicsByName.get('a')!
      const response = await broker.call(Metadata, version, { topics: [{ topicId: id, name: null }] })
      expect(response.topics).toMatchObject([{ errorCode: errorCodes.INVALID_REQUEST, topicId: id }])
    })
})

test('auto.create.topics.enable=false makes nothing', async () => {
  const strict = await startTestBroker({ 'auto.create.topics.enable': 'false' })
  const response = await strict.call(Metadata, 12, { topics: [{ name: 'new' }] })
  expect(response.topics).toMatchObject([{ errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION }])
  await strict.close()
})
