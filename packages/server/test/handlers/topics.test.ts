import { CreatePartitions, CreateTopics, DeleteTopics, DescribeTopicPartitions, errorCodes, nullUuid } from '@logan/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestBroker, type TestBroker } from './handler-testkit.ts'

let broker: TestBroker

beforeEach(async () => {
  broker = await startTestBroker({ 'log.retention.ms': '9000' })
})

afterEach(() => broker.close())

const one = { numPartitions: 1, replicationFactor: 1 }

describe.each([0, 1, 2, 3, 4, 5, 6, 7])('CreateTopics v%i', (version) => {
  test('answers with what was made and why not', async () => {
    const configs = [{ name: 'segment.ms', value: '5000' }]
    const topics = [
      { name: 'a', ...one, configs },
      { name: 'b', numPartitions: 0, replicationFactor: 1 },
      { name: 'c', ...one },
      { name: 'c', ...one },
    ]
    const { topics: results } = await broker.call(CreateTopics, version, { topics })
    expect(results.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', 0],
      ['b', errorCodes.INVALID_PARTITIONS],
      ['c', errorCodes.INVALID_REQUEST],
    ])
    const [created, refused] = results
    expect(created?.topicId).toBe(version >= 7 ? broker.controller.image.topicsByName.get('a')?.id : nullUuid)
    expect(refused?.errorMessage).toBe(version >= 1 ? 'Number of partitions was set to an invalid non-positive value.' : '')
    if (version < 5) return
    expect(created).toMatchObject({ numPartitions: 1, replicationFactor: 1 })
    const byName = new Map(created?.configs?.map((config) => [config.name, config]))
    expect(byName.get('segment.ms')).toMatchObject({ value: '5000', configSource: 1, readOnly: false })
    expect(byName.get('retention.ms')).toMatchObject({ value: '9000', configSource: 4 })
    expect(byName.get('segment.bytes')).toMatchObject({ value: '1073741824', configSource: 5 })
    expect(byName.has('internal.segment.bytes')).toBe(false)
  })

  test('a request that is too large is refused as a whole', async () => {
    const topics = [
      { name: 'a', ...one, numPartitions: 10_001 },
      { name: 'b', ...one },
    ]
    const { topics: results } = await broker.call(CreateTopics, version, { topics })
    expect(results.map(({ errorCode }) => errorCode)).toEqual([errorCodes.POLICY_VIOLATION, errorCodes.POLICY_VIOLATION])
    expect(broker.controller.image.topicsByName.size).toBe(0)
  })
})

describe.each([0, 1, 2, 3, 4, 5, 6])('DeleteTopics v%i', (version) => {
  const asked = (...names: string[]) => (version >= 6 ? { topics: names.map((name) => ({ name })) } : { topicNames: names })

  test('deletes by name', async () => {
    await broker.call(CreateTopics, 7, { topics: [{ name: 'a', ...one }] })
    const { id } = broker.controller.image.topicsByName.get('a')!
    const { responses } = await broker.call(DeleteTopics, version, asked('a', 'missing', 'x', 'x'))
    expect(responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', 0],
      ['missing', errorCodes.UNKNOWN_TOPIC_OR_PARTITION],
      ['x', errorCodes.INVALID_REQUEST],
    ])
    expect(responses[0]?.topicId).toBe(version >= 6 ? id : nullUuid)
    expect(broker.controller.image.topicsByName.size).toBe(0)
  })

  test('does not when it is switched off', async () => {
    const strict = await startTestBroker({ 'delete.topic.enable': 'false' })
    const { responses } = await strict.call(DeleteTopics, version, asked('a'))
    expect(responses[0]?.errorCode).toBe(version >= 3 ? errorCodes.TOPIC_DELETION_DISABLED : errorCodes.INVALID_REQUEST)
    await strict.close()
  })
})

test('DeleteTopics v6 by id tells the name of what it deleted, and none of what it does not know', async () => {
  await broker.call(CreateTopics, 7, { topics: [{ name: 'a', ...one }] })
  const { id } = broker.controller.image.topicsByName.get('a')!
  const unknown = 'AAAAAAAAAAAAAAAAAAAAAg'
  const { responses } = await broker.call(DeleteTopics, 6, { topics: [{ topicId: id }, { topicId: unknown }] })
  expect(responses).toMatchObject([
    { name: 'a', topicId: id, errorCode: 0 },
    { name: null, topicId: unknown, errorCode: errorCodes.UNKNOWN_TOPIC_ID },
  ])
})

describe.each([0, 1, 2, 3])('CreatePartitions v%i', (version) => {
  test('adds partitions, or only says what it would do', async () => {
    await broker.call(CreateTopics, 7, { topics: [{ name: 'a', ...one }] })
    const topics = [
      { name: 'a', count: 4, assignments: null },
      { name: 'missing', count: 4, assignments: null },
    ]
    const tried = await broker.call(CreatePartitions, version, { topics, validateOnly: true })
    expect(broker.controller.image.topicsByName.get('a')?.partitions).toHaveLength(1)
    const { results } = await broker.call(CreatePartitions, version, { topics })
    expect(results).toEqual(tried.results)
    expect(results.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', 0],
      ['missing', errorCodes.UNKNOWN_TOPIC_OR_PARTITION],
    ])
    expect(broker.controller.image.topicsByName.get('a')?.partitions).toHaveLength(4)
  })
})

describe('DescribeTopicPartitions', () => {
  beforeEach(async () => {
    const sizes = { b: 3, a: 2, c: 1 }
    const topics = Object.entries(sizes).map(([name, numPartitions]) => ({ name, numPartitions, replicationFactor: 1 }))
    await broker.call(CreateTopics, 7, { topics })
  })

  test('pages by the limit through all topics in order of names, each partition once', async () => {
    for (const responsePartitionLimit of [1, 2, 3, 4, 100]) {
      const seen: string[] = []
      let cursor: { topicName: string; partitionIndex: number } | null = null
      do {
        const page = await broker.call(DescribeTopicPartitions, 0, { topics: [], responsePartitionLimit, cursor })
        const partitions = page.topics.flatMap((topic) => topic.partitions.map(({ partitionIndex }) => `${topic.name}-${partitionIndex}`))
        expect(partitions.length).toBeLessThanOrEqual(responsePartitionLimit)
        seen.push(...partitions)
        cursor = page.nextCursor as typeof cursor
      } while (cursor !== null)
      expect(seen).toEqual(['a-0', 'a-1', 'b-0', 'b-1', 'b-2', 'c-0'])
    }
  })

  test('tells of topics that are missing when they were asked for', async () => {
    const { topics } = await broker.call(DescribeTopicPartitions, 0, { topics: [{ name: 'zz' }, { name: 'b' }, { name: 'a/b' }] })
    expect(topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a/b', errorCodes.INVALID_TOPIC_EXCEPTION],
      ['b', 0],
      ['zz', errorCodes.UNKNOWN_TOPIC_OR_PARTITION],
    ])
    expect(topics[1]?.partitions[0]).toMatchObject({ eligibleLeaderReplicas: [], lastKnownElr: [], leaderEpoch: 0, isrNodes: [1] })
  })

  test.each([
    ['of a topic that is not in the list', { topicName: 'b', partitionIndex: 0 }],
    ['below 0', { topicName: 'a', partitionIndex: -1 }],
  ])('refuses a cursor %s', async (_, cursor) => {
    const { topics } = await broker.call(DescribeTopicPartitions, 0, { topics: [{ name: 'a' }], cursor })
    expect(topics).toMatchObject([{ name: 'a', errorCode: errorCodes.INVALID_REQUEST }])
  })
})
