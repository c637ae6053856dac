import { expect } from 'vitest'
import { brokerUnderTest } from '../harness/broker-under-test.ts'
import { foreignClient } from '../harness/foreign-client.ts'
import { scenarioTests } from '../harness/scenarios.ts'

// The program is built from go/: `go build -o FILE ./` there, and LOGAN_FRANZ_GO=FILE.
const broker = brokerUnderTest()
const scenario = scenarioTests({
  client: foreignClient('franz-go'),
  command: (binary) => [binary, broker.bootstrap],
  limitMs: 60_000,
})

scenario('idempotent', 'franz-go: the idempotent producer over three partitions', (seen) =>
  expect(seen).toEqual({ count: 3000, inOrder: { 0: true, 1: true, 2: true } }),
)

scenario('records', 'franz-go: keys, headers, nulls, timestamps and a leader epoch', (seen) =>
  expect(seen).toEqual({
    told: [0, 1],
    rows: [
      { offset: 0, key: 'k', value: 'v', null: false, timestamp: 1_700_000_000_000, headers: { a: '1' }, leaderEpochKnown: true },
      { offset: 1, key: 'gone', value: '', null: true, timestamp: 1_700_000_000_001, headers: {}, leaderEpochKnown: true },
    ],
  }),
)

scenario('codecs', 'franz-go: every codec', (seen) => expect(seen).toEqual({ none: true, gzip: true, snappy: true, lz4: true, zstd: true }))

scenario('manual', 'franz-go: partitions read from offsets, from either end and from a time', (seen) =>
  expect(seen).toEqual({
    'at 7': ['7', '8', '9'],
    'start + 8': ['8', '9'],
    'end - 3': ['7', '8', '9'],
    'after time': ['7', '8', '9'],
    'out of range': ['0', '1', '2'],
  }),
)

scenario('topics', 'franz-go: topics are created, grown and deleted, by one id', (seen) =>
  expect(seen).toEqual({
    partitions: 2,
    hasID: true,
    again: 'TOPIC_ALREADY_EXISTS',
    grown: null,
    growing: 5,
    deletedSame: true,
    gone: true,
  }),
)

scenario('configs', 'franz-go: configs and where they come from', (seen) =>
  expect(seen).toEqual({ 'cleanup.policy': ['delete', 'DEFAULT_CONFIG'], 'retention.ms': ['1234567', 'DYNAMIC_TOPIC_CONFIG'] }),
)

scenario('offsets', 'franz-go: offsets by start, end, largest timestamp and time', (seen) =>
  expect(seen).toEqual({ start: 0, end: 3, committed: 3, max: 1, after: 1 }),
)

scenario('deleteRecords', 'franz-go: deleted records are gone', (seen) => expect(seen).toEqual({ low: 6, rows: ['6', '7', '8', '9'] }))

scenario('cluster', 'franz-go: the cluster is this one broker, and serves the Fetch of today', (seen) =>
  expect(seen).toEqual({
    brokers: [broker.bootstrap],
    hasID: true,
    controllerIsIt: true,
    fetch: { served: true, from: expect.any(Number), recent: true },
  }),
)

scenario('byTopicID', 'franz-go: a topic made again under its old name is another topic', (seen) => expect(seen).toEqual(['new']))
