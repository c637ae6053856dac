import { join } from 'node:path'
import { expect } from 'vitest'
import { brokerUnderTest } from '../harness/broker-under-test.ts'
import { foreignClient } from '../harness/foreign-client.ts'
import { javaCommand } from '../harness/java.ts'
import { scenarioTests } from '../harness/scenarios.ts'

const broker = brokerUnderTest()
const program = join(import.meta.dirname, 'java/Scenarios.java')
const scenario = scenarioTests({
  client: foreignClient('kafka'),
  command: (jars) => javaCommand(jars, program, broker.bootstrap),
  limitMs: 90_000,
})

scenario('idempotent', "Kafka's own producer: idempotent, five requests in flight, three partitions", (seen) =>
  expect(seen).toEqual({ toldInOrder: true, inOrder: { 0: true, 1: true, 2: true } }),
)

scenario('records', 'Java: keys, repeated and null headers, null values, timestamps, with CRCs checked and read_committed', (seen) =>
  expect(seen).toEqual([
    {
      offset: 0,
      key: 'k',
      value: 'v',
      timestamp: 1_700_000_000_123,
      timestampType: 'CreateTime',
      headers: ['a=1', 'a=2', 'none=null'],
      leaderEpochKnown: true,
    },
    {
      offset: 1,
      key: 'gone',
      value: null,
      timestamp: 1_700_000_000_124,
      timestampType: 'CreateTime',
      headers: [],
      leaderEpochKnown: true,
    },
  ]),
)

scenario('codecs', 'Java: every codec', (seen) => expect(seen).toEqual({ none: true, gzip: true, snappy: true, lz4: true, zstd: true }))

scenario('acks', 'Java: acks 0, 1 and all', (seen) => expect(seen).toEqual({ 0: true, 1: true, all: true }))

scenario('positions', 'Java: positions, offsets by time, max.poll.records, lag, the end, out of range', (seen) =>
  expect(seen).toEqual({
    partitionsFor: 1,
    beginning: 0,
    end: 10,
    forTimes: { 1600000000000: 0, 1700000003000: 3, 1700000003001: 4, 1800000000000: null },
    maxPoll: [3, 4, 5, 6],
    position: 7,
    lag: 3,
    positionAtEnd: 10,
    nothingAtEnd: true,
    outOfRangeStartsAt: 0,
  }),
)

scenario('pausing', 'Java: partitions leave and join a fetch session', (seen) =>
  expect(seen).toEqual({ first: [0, 2], second: [1], third: [2] }),
)

scenario('logAppendTime', "Java: a topic of LogAppendTime has the broker's time", (seen) =>
  expect(seen).toEqual({ type: 'LogAppendTime', now: true, toldTheSame: true }),
)

scenario('tooLarge', 'Java: a record over max.message.bytes is refused, a batch over it is split', (seen) =>
  expect(seen).toEqual({ single: 'RecordTooLargeException', several: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], count: 10 }),
)

scenario('topics', 'Java: topics by name and id through their life, each refusal with its own code', (seen) =>
  expect(seen).toEqual({
    validated: 'none',
    afterValidateOnly: false,
    toldPartitions: 2,
    toldConfig: '1234567',
    listed: true,
    describedId: true,
    describedPartitions: [0, 1],
    describedById: true,
    again: 'TopicExistsException',
    noPartitions: 'InvalidPartitionsException',
    assigned: 'none',
    assignedElsewhere: 'InvalidReplicaAssignmentException',
    badName: 'InvalidTopicException',
    grown: 4,
    shrunk: 'InvalidPartitionsException',
    describedAfterDelete: 'UnknownTopicOrPartitionException',
    deletedAgain: 'UnknownTopicOrPartitionException',
    deletedAgainById: 'UnknownTopicIdException',
  }),
)

scenario('configs', 'Java: configs of topic and broker, their source and type', (seen) =>
  expect(seen).toEqual({
    'retention.ms': '1234567 DYNAMIC_TOPIC_CONFIG LONG',
    'cleanup.policy': 'delete DEFAULT_CONFIG LIST',
    'compression.type': 'producer DEFAULT_CONFIG STRING',
    'auto.create.topics.enable': 'true',
    'num.partitions': '1',
    absent: 'UnknownTopicOrPartitionException',
  }),
)

scenario('offsets', 'Java: offsets by every specification a broker without tiers knows', (seen) =>
  expect(seen).toEqual({
    earliest: [0, -1],
    earliestLocal: [0, -1],
    latest: [3, -1],
    maxTimestamp: [1, 1_700_000_009_000],
    time: [1, 1_700_000_009_000],
    later: [-1, -1],
  }),
)

scenario('deleteRecords', 'Java: records are deleted up to an offset, up to the end, and not beyond', (seen) =>
  expect(seen).toEqual({ low: 6, rows: ['6', '7', '8', '9'], beyond: 'OffsetOutOfRangeException', all: 10 }),
)

scenario('cluster', 'Java: the cluster is this one broker', (seen) =>
  expect(seen).toEqual({ nodes: [broker.bootstrap], controllerIsIt: true, clusterIdLength: 22 }),
)

scenario('logDirs', 'Java: the log directory and what a partition takes in it', (seen) =>
  expect(seen).toEqual({ directories: 1, holdsBytes: true, lag: 0, future: false }),
)

scenario('manyTopics', 'Java: a hundred topics in one request, described and deleted', (seen) =>
  expect(seen).toEqual({ described: 100, partitions: 200, left: 0 }),
)
