import {
  type Api,
  ApiVersions,
  CreatePartitions,
  CreateTopics,
  DeleteRecords,
  DeleteTopics,
  DescribeCluster,
  DescribeConfigs,
  DescribeLogDirs,
  DescribeTopicPartitions,
  type ErrorName,
  Fetch,
  FindCoordinator,
  InitProducerId,
  ListOffsets,
  Metadata,
  OffsetForLeaderEpoch,
  Produce,
} from '@logan/protocol'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { handlers } from '../../src/handlers/index.ts'
import { type Broker, startBroker } from '../../src/index.ts'
import { batchOf, createTopic, errorName, fetchRequest, produce, produceRequest, type Topic } from './broker-testkit.ts'
import { WireClient } from './wire-client.ts'

type Request = (topic: Topic, version: number) => object

interface Example {
  readonly api: Api
  /** What is asked of a topic that is there. */
  readonly sensible: Request
  /** Error codes in its answer; default: none. */
  readonly codes?: readonly ErrorName[]
  /** What is asked in vain, and the one error that the answer names. */
  readonly vain?: readonly (readonly [string, Request, (version: number) => ErrorName])[]
}

const unknownId = 'AQIDBAUGBwgJCgsMDQ4PEA'
const unknown: Topic = { name: 'unknown', id: unknownId }
const noPartition = () => 'UNKNOWN_TOPIC_OR_PARTITION' as const
const records = () => batchOf(['record'])
const byPartition = (request: (topic: Topic, partition: number) => object): NonNullable<Example['vain']> => [
  ['an unknown topic', () => request(unknown, 0), noPartition],
  ['a partition too many', (topic) => request(topic, 1), noPartition],
  ['a negative partition', (topic) => request(topic, -1), noPartition],
]
/** The same for an API that names topics by id from a version on. */
const byPartitionOrId = (request: (topic: Topic, partition: number) => object, idsSince: number): NonNullable<Example['vain']> => {
  const [first, ...others] = byPartition(request)
  const error = (version: number) => (version >= idsSince ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
  return [[first![0], first![1], error], ...others]
}

const listOffsets = ({ name }: Topic, partitionIndex: number, timestamp = -1) => ({
  replicaId: -1,
  topics: [{ name, partitions: [{ partitionIndex, timestamp }] }],
})
const deleteRecords = ({ name }: Topic, partitionIndex: number, offset = 0) => ({
  topics: [{ name, partitions: [{ partitionIndex, offset }] }],
  timeoutMs: 1000,
})
const epochs = ({ name }: Topic, partition: number) => ({ topics: [{ topic: name, partitions: [{ partition, leaderEpoch: 0 }] }] })
const deleteTopics = ({ name, id }: Topic, version: number) =>
  version >= 6 ? { topics: [{ name: null, topicId: id }], timeoutMs: 1000 } : { topicNames: [name], timeoutMs: 1000 }
const configs = (resourceType: number, resourceName: string) => ({
  resources: [{ resourceType, resourceName, configurationKeys: null }],
})
let made = 0
const newName = () => `made-${made++}`

const examples: readonly Example[] = [
  {
    api: Produce,
    sensible: (topic) => produceRequest(topic, records()),
    vain: [
      ...byPartitionOrId((topic, partition) => produceRequest(topic, records(), { partition }), 13),
      ['no records', (topic) => produceRequest(topic, null), () => 'INVALID_RECORD'],
    ],
  },
  {
    api: Fetch,
    sensible: (topic) => fetchRequest([{ topic }]),
    vain: [
      ...byPartitionOrId((topic, partition) => fetchRequest([{ topic, partition }]), 13),
      ['an offset beyond the end', (topic) => fetchRequest([{ topic, fetchOffset: 1_000_000 }]), () => 'OFFSET_OUT_OF_RANGE'],
    ],
  },
  { api: ListOffsets, sensible: (topic) => listOffsets(topic, 0), vain: byPartition(listOffsets) },
  {
    api: Metadata,
    sensible: ({ name }) => ({ topics: [{ name }] }),
    vain: [['an impossible name', () => ({ topics: [{ name: 'no/name' }] }), () => 'INVALID_TOPIC_EXCEPTION']],
  },
  {
    api: FindCoordinator,
    sensible: (_, version) => (version >= 4 ? { coordinatorKeys: ['group'] } : { key: 'group' }),
    codes: ['COORDINATOR_NOT_AVAILABLE'],
  },
  { api: ApiVersions, sensible: () => ({ clientSoftwareName: 'tests', clientSoftwareVersion: '1' }) },
  {
    api: CreateTopics,
    sensible: () => ({ topics: [{ name: newName(), numPartitions: 1, replicationFactor: 1 }] }),
    vain: [
      [
        'a name that is taken',
        ({ name }) => ({ topics: [{ name, numPartitions: 1, replicationFactor: 1 }] }),
        () => 'TOPIC_ALREADY_EXISTS',
      ],
      ['no partitions', () => ({ topics: [{ name: newName(), numPartitions: 0, replicationFactor: 1 }] }), () => 'INVALID_PARTITIONS'],
    ],
  },
  {
    api: DeleteTopics,
    sensible: deleteTopics,
    vain: [
      [
        'an unknown topic',
        (_, version) => deleteTopics(unknown, version),
        (version) => (version >= 6 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'),
      ],
    ],
  },
  {
    api: DeleteRecords,
    sensible: (topic) => deleteRecords(topic, 0),
    vain: [
      ...byPartition(deleteRecords),
      ['an offset beyond the end', (topic) => deleteRecords(topic, 0, 1_000_000), () => 'OFFSET_OUT_OF_RANGE'],
    ],
  },
  {
    api: InitProducerId,
    sensible: () => ({ transactionalId: null, transactionTimeoutMs: 1000 }),
    vain: [
      ['a transactional id', () => ({ transactionalId: 'x', transactionTimeoutMs: 1000 }), () => 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'],
    ],
  },
  { api: OffsetForLeaderEpoch, sensible: (topic) => epochs(topic, 0), vain: byPartition(epochs) },
  {
    api: DescribeConfigs,
    sensible: ({ name }) => configs(2, name),
    vain: [
      ['an unknown topic', () => configs(2, 'unknown'), noPartition],
      ['an unknown kind', () => configs(99, 'x'), () => 'INVALID_REQUEST'],
    ],
  },
  { api: DescribeLogDirs, sensible: ({ name }) => ({ topics: [{ topic: name, partitions: [0] }] }) },
  {
    api: CreatePartitions,
    sensible: ({ name }) => ({ topics: [{ name, count: 2, assignments: null }], timeoutMs: 1000, validateOnly: true }),
    vain: [
      [
        'fewer partitions',
        ({ name }) => ({ topics: [{ name, count: 1, assignments: null }], timeoutMs: 1000, validateOnly: false }),
        () => 'INVALID_PARTITIONS',
      ],
    ],
  },
  { api: DescribeCluster, sensible: () => ({}) },
  {
    api: DescribeTopicPartitions,
    sensible: ({ name }) => ({ topics: [{ name }] }),
    vain: [['an unknown topic', () => ({ topics: [{ name: 'unknown' }] }), noPartition]],
  },
]

/** Every error code of an answer, wherever it stands. */
function codesIn(answer: unknown): number[] {
  if (answer === null || typeof answer !== 'object' || ArrayBuffer.isView(answer)) return []
  return Object.entries(answer).flatMap(([name, value]) => (name === 'errorCode' ? [value as number] : codesIn(value)))
}

let broker: Broker

beforeAll(async () => {
  broker = await startBroker({ bind: '127.0.0.1:0', logDir: 'temporary', shards: 0, logLevel: 'silent' })
  return () => broker.close()
})

it('there is an example for every handler', () => {
  expect(examples.map(({ api }) => api.name).sort()).toEqual(handlers.map(({ api }) => api.name).sort())
})

const cases = examples.flatMap((example) => {
  const [min, max] = handlers.find(({ api }) => api === example.api)!.versions
  return Array.from({ length: max - min + 1 }, (_, index) => ({ ...example, name: example.api.name, version: min + index }))
})

it.each(cases)('$name v$version is answered, errors too', async ({ api, version, sensible, codes = [], vain = [] }) => {
  const client = await WireClient.connect(broker.port)
  onTestFinished(() => client.close())
  const asks = [{ what: 'something sensible', request: sensible, errors: codes }]
  for (const [what, request, error] of vain) asks.push({ what, request, errors: [error(version)] })
  for (const { what, request, errors } of asks) {
    const topic = await createTopic(client, newName())
    await produce(client, topic, records())
    const found = codesIn(await client.call(api, version, request(topic, version)))
    expect(found.filter((code) => code !== 0).map(errorName), what).toEqual(errors)
  }
})
