import { nodeDisk } from '@logan/storage'
import { describe, expect, test } from 'vitest'
import { ChangeFailed } from '../../src/cluster/change-failed.ts'
import { ProducerIds } from '../../src/cluster/producer-ids.ts'
import { contentOf, newTopic, openController, reallyCreate, temporaryDirectory } from './controller-testkit.ts'

const nullId = 'AAAAAAAAAAAAAAAAAAAAAA'

describe('creating topics', () => {
  test('the change is published before it is answered, and is there after a restart', async () => {
    const directory = temporaryDirectory()
    const { controller, published } = await openController(directory)
    const configs = [{ name: 'retention.ms', value: '1000' }]
    const [outcome] = await controller.createTopics([newTopic('a', { numPartitions: 3, configs })], reallyCreate)
    expect(outcome).toMatchObject({ error: 'NONE', value: { numPartitions: 3, replicationFactor: 1 } })
    const topic = published.at(-1)!.topicsByName.get('a')
    expect(topic).toMatchObject({ name: 'a', isInternal: false })
    expect(topic?.partitions).toEqual([0, 1, 2].map((index) => ({ index, leaderEpoch: 0, partitionEpoch: 0 })))
    expect(topic?.configs).toEqual(new Map([['retention.ms', '1000']]))
    await controller.close()
    const again = await openController(directory)
    expect(contentOf(again.controller.image)).toEqual(contentOf(controller.image))
    expect(again.published).toHaveLength(1)
    await again.controller.close()
  })

  test('-1 takes the broker’s defaults, an assignment tells the partitions', async () => {
    const { controller } = await openController(temporaryDirectory(), { set: { 'num.partitions': '4' } })
    const assignments = [1, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }))
    const outcomes = await controller.createTopics(
      [
        newTopic('defaults', { numPartitions: -1, replicationFactor: -1 }),
        newTopic('placed', { numPartitions: -1, replicationFactor: -1, assignments }),
      ],
      reallyCreate,
    )
    expect(outcomes).toMatchObject([{ value: { numPartitions: 4 } }, { value: { numPartitions: 2 } }])
    await controller.close()
  })

  test.each([
    ['', {}, 'INVALID_TOPIC_EXCEPTION', 'Topic name is invalid: the empty string is not allowed'],
    ['..', {}, 'INVALID_TOPIC_EXCEPTION', "Topic name is invalid: '..' is not allowed"],
    ['a b', {}, 'INVALID_TOPIC_EXCEPTION', /contains one or more characters other than ASCII alphanumerics/],
    ['x'.repeat(250), {}, 'INVALID_TOPIC_EXCEPTION', /is longer than the max allowed length 249/],
    ['is_there', {}, 'TOPIC_ALREADY_EXISTS', "Topic 'is_there' already exists."],
    ['is.there', {}, 'INVALID_TOPIC_EXCEPTION', "Topic 'is.there' collides with existing topic: is_there"],
    ['__consumer_offsets', {}, 'INVALID_TOPIC_EXCEPTION', /is internal/],
    ['__cluster_metadata', {}, 'TOPIC_AUTHORIZATION_FAILED', 'Authorization failed.'],
    ['t', { numPartitions: 0 }, 'INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.'],
    ['t', { numPartitions: -2 }, 'INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.'],
    ['t', { replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR', /must be larger than 0/],
    ['t', { replicationFactor: 3 }, 'INVALID_REPLICATION_FACTOR', /cannot be reached because only 1 broker/],
    ['t', { configs: [{ name: 'no.such', value: '1' }] }, 'INVALID_CONFIG', 'Unknown topic config name: no.such'],
    ['t', { configs: [{ name: 'cleanup.policy', value: 'compact' }] }, 'INVALID_CONFIG', /not built yet/],
    ['t', { configs: [{ name: 'retention.ms', value: null }] }, 'INVALID_CONFIG', /Null value not supported/],
    ['t', { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }, 'INVALID_REQUEST', /replication factor was not set to -1/],
    ['t', { ...manual(0, [1]), numPartitions: 2 }, 'INVALID_REQUEST', /numPartitions was not set to -1/],
    ['t', manual(0, []), 'INVALID_REPLICA_ASSIGNMENT', /an empty replica list/],
    ['t', manual(0, [2]), 'INVALID_REPLICA_ASSIGNMENT', /includes broker 2, but no such broker is registered/],
    ['t', manual(0, [1, 1]), 'INVALID_REPLICA_ASSIGNMENT', /the broker 1 more than once/],
    ['t', manual(1, [1]), 'INVALID_REPLICA_ASSIGNMENT', /consecutive 0-based integer sequence/],
  ])('topic %j with %j is %s', async (name, rest, error, message) => {
    const { controller } = await openController(temporaryDirectory())
    await controller.createTopics([newTopic('is_there')], reallyCreate)
    const before = controller.image
    const [outcome] = await controller.createTopics([newTopic(name, rest)], reallyCreate)
    expect(outcome).toEqual({ error, message: typeof message === 'string' ? message : expect.stringMatching(message) })
    expect(controller.image).toBe(before)
    await controller.close()
  })

  test('a topic twice in a request is not made; the others are', async () => {
    const { controller } = await openController(temporaryDirectory())
    const outcomes = await controller.createTopics([newTopic('twice'), newTopic('once'), newTopic('twice')], reallyCreate)
    const duplicate = { error: 'INVALID_REQUEST', message: 'Duplicate topic name.' }
    expect(outcomes).toEqual([duplicate, expect.objectContaining({ error: 'NONE' }), duplicate])
    expect([...controller.image.topicsByName.keys()]).toEqual(['once'])
    await controller.close()
  })

  test('validate-only makes nothing', async () => {
    const { controller, published } = await openController(temporaryDirectory())
    const before = published.length
    const outcomes = await controller.createTopics([newTopic('a'), newTopic('b', { numPartitions: 0 })], { validateOnly: true })
    expect(outcomes.map(({ error }) => error)).toEqual(['NONE', 'INVALID_PARTITIONS'])
    expect(published).toHaveLength(before)
    await controller.close()
  })

  test('10,000 new partitions in a request are made at once, one more is refused', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory)
    const topics = [newTopic('a', { numPartitions: 5000 }), newTopic('b', { numPartitions: 5001 })]
    await expect(controller.createTopics(topics, reallyCreate)).rejects.toThrow('Excessively large number of partitions per request.')
    await controller.createTopics([topics[0]!, newTopic('b', { numPartitions: 5000 })], reallyCreate)
    await expect(controller.createPartitions([{ name: 'a', count: 15_001, assignments: null }], reallyCreate)).rejects.toThrow(ChangeFailed)
    await controller.close({ durably: false })
    const again = await openController(directory)
    expect([...again.controller.image.topicsByName.values()].map(({ partitions }) => partitions.length)).toEqual([5000, 5000])
    await again.controller.close()
  })

  test('of two requests at once for one name, one makes it', async () => {
    const { controller } = await openController(temporaryDirectory())
    const answers = await Promise.all([1, 2].map(() => controller.createTopics([newTopic('a')], reallyCreate)))
    expect(answers.flat().map(({ error }) => error)).toEqual(['NONE', 'TOPIC_ALREADY_EXISTS'])
    await controller.close()
  })

  test('what cannot be put in force is answered with an error', async () => {
    let broken = false
    const publish = async (): Promise<void> => {
      if (broken) throw new Error('no')
    }
    const { controller } = await openController(temporaryDirectory(), { publish })
    broken = true
    const outcomes = await controller.createTopics([newTopic('a'), newTopic('.')], reallyCreate)
    expect(outcomes.map(({ error }) => error)).toEqual(['UNKNOWN_SERVER_ERROR', 'INVALID_TOPIC_EXCEPTION'])
    await controller.close()
  })
})

describe('deleting topics', () => {
  test('by name and by id; the name is free then, and begins anew', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory)
    const configs = [{ name: 'retention.ms', value: '5' }]
    await controller.createTopics([newTopic('a', { configs }), newTopic('b')], reallyCreate)
    const { id } = controller.image.topicsByName.get('a')!
    const outcomes = await controller.deleteTopics([
      { name: null, topicId: id },
      { name: 'b', topicId: nullId },
    ])
    expect(outcomes).toMatchObject([{ value: { name: 'a', id } }, { value: { name: 'b' } }])
    expect(controller.image.topicsById.size).toBe(0)
    await controller.createTopics([newTopic('a')], reallyCreate)
    expect(controller.image.topicsByName.get('a')?.configs.size).toBe(0)
    expect(controller.image.topicsByName.get('a')?.id).not.toBe(id)
    await controller.close({ durably: false })
    const again = await openController(directory)
    expect(contentOf(again.controller.image)).toEqual(contentOf(controller.image))
    await again.controller.close()
  })

  test('whatever is not clear is left alone', async () => {
    const { controller } = await openController(temporaryDirectory())
    await controller.createTopics([newTopic('a'), newTopic('b')], reallyCreate)
    const id = controller.image.topicsByName.get('a')!.id
    const idOfB = controller.image.topicsByName.get('b')!.id
    const unknownId = 'AAAAAAAAAAAAAAAAAAAAAg'
    const byName = (name: string) => ({ name, topicId: nullId })
    const byId = (topicId: string) => ({ name: null, topicId })
    const outcomes = await controller.deleteTopics([
      byName('missing'),
      byId(unknownId),
      { name: null, topicId: nullId },
      { name: 'b', topicId: idOfB },
      byId(id),
      byName('a'),
      byName('b'),
      byName('b'),
    ])
    expect(outcomes.map((outcome) => ('message' in outcome ? [outcome.error, outcome.message] : outcome.value.name))).toEqual([
      ['UNKNOWN_TOPIC_OR_PARTITION', null],
      ['UNKNOWN_TOPIC_ID', null],
      ['INVALID_REQUEST', 'Neither topic name nor id were specified.'],
      ['INVALID_REQUEST', 'You may not specify both topic name and topic id.'],
      'a',
      ['INVALID_REQUEST', 'The provided topic name maps to an ID that was already supplied.'],
      ['INVALID_REQUEST', 'Duplicate topic name.'],
      ['INVALID_REQUEST', 'Duplicate topic name.'],
    ])
    await controller.close()
  })
})

describe('adding partitions', () => {
  test('they begin with epoch 0 whatever the others have', async () => {
    const directory = temporaryDirectory()
    const first = await openController(directory)
    await first.controller.createTopics([newTopic('a')], reallyCreate)
    await first.controller.close()
    const { controller } = await openController(directory, { uncleanStart: true })
    await controller.createPartitions([{ name: 'a', count: 3, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }], reallyCreate)
    expect(contentOf(controller.image).topics[0]?.partitions).toEqual([1, 0, 0])
    await controller.close()
  })

  test.each([
    ['missing', 2, null, 'UNKNOWN_TOPIC_OR_PARTITION', null],
    ['a', 2, null, 'INVALID_PARTITIONS', 'Topic already has 2 partition(s).'],
    ['a', 1, null, 'INVALID_PARTITIONS', 'The topic a currently has 2 partition(s); 1 would not be an increase.'],
    ['a', 4, [{ brokerIds: [1] }], 'INVALID_REPLICA_ASSIGNMENT', /Attempted to add 2 additional partition\(s\), but only 1/],
    ['a', 3, [{ brokerIds: [7] }], 'INVALID_REPLICA_ASSIGNMENT', /includes broker 7/],
  ])('%s to %i with %j is %s', async (name, count, assignments, error, message) => {
    const { controller } = await openController(temporaryDirectory())
    await controller.createTopics([newTopic('a', { numPartitions: 2 })], reallyCreate)
    const [outcome] = await controller.createPartitions([{ name, count, assignments }], reallyCreate)
    expect(outcome).toEqual({ error, message: message instanceof RegExp ? expect.stringMatching(message) : message })
    await controller.close()
  })
})

test('an unclean start raises every leader epoch before anybody sees it, and for good', async () => {
  const directory = temporaryDirectory()
  const first = await openController(directory)
  await first.controller.createTopics([newTopic('a', { numPartitions: 2 }), newTopic('b')], reallyCreate)
  await first.controller.close()
  for (const epoch of [1, 2]) {
    const { controller, published } = await openController(directory, { uncleanStart: true })
    expect(published).toHaveLength(1)
    expect(contentOf(published[0]!).topics.map(({ partitions }) => partitions)).toEqual([[epoch, epoch], [epoch]])
    await controller.close({ durably: false })
  }
  const { controller } = await openController(directory)
  expect(contentOf(controller.image).topics[1]?.partitions).toEqual([2])
  await controller.close()
})

describe('producer ids', () => {
  test('none is given twice, not even after a crash', async () => {
    const directory = temporaryDirectory()
    const seen = new Set<number>()
    for (let run = 0; run < 3; run++) {
      const { controller } = await openController(directory, { uncleanStart: run > 0 })
      const ids = new ProducerIds(() => controller.allocateProducerIdBlock())
      const taken = await Promise.all(Array.from({ length: 1500 }, () => ids.next()))
      for (const id of taken) seen.add(id)
      await controller.close({ durably: false })
    }
    expect(seen.size).toBe(4500)
  })

  test('a failed allocation is told to all who wait, and tried again by the next', async () => {
    let calls = 0
    const ids = new ProducerIds(async () => {
      if (calls++ === 0) throw new ChangeFailed('KAFKA_STORAGE_ERROR', 'no')
      return { first: 7000, size: 1000 }
    })
    const settled = await Promise.allSettled([ids.next(), ids.next()])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await ids.next()).toBe(7000)
  })
})

test('the log directory is named as Kafka names it, with its fixed topic id', async () => {
  const directory = temporaryDirectory()
  const { controller } = await openController(directory)
  await controller.close()
  const file = nodeDisk.open(`${directory}/__cluster_metadata-0/partition.metadata`, 'existing')
  const bytes = Buffer.alloc(file.size())
  file.readNow(bytes, 0)
  expect(bytes.toString()).toContain('topic_id: AAAAAAAAAAAAAAAAAAAAAQ')
  file.close()
})

function manual(partitionIndex: number, brokerIds: number[]) {
  return { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex, brokerIds }] }
}
