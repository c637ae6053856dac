import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { brokerUnderTest } from '../harness/broker-under-test.ts'
import { foreignClient } from '../harness/foreign-client.ts'
import { scenarioTests } from '../harness/scenarios.ts'

const broker = brokerUnderTest()
const program = join(import.meta.dirname, 'python/confluent.py')

describe.each([
  { title: "confluent-kafka of Debian's package", name: 'debian-python', newest: false },
  { title: 'the newest confluent-kafka', name: 'python', newest: true },
] as const)('$title', ({ name, newest }) => {
  const scenario = scenarioTests({
    client: foreignClient(name),
    command: (python) => [python, program, broker.bootstrap],
    limitMs: 60_000,
  })

  scenario('idempotent', 'the idempotent producer: each record once and in order, at the offset it was told', (seen) =>
    expect(seen).toEqual({ said: true, read: { 0: true, 1: true, 2: true } }),
  )

  scenario('records', 'keys, headers, nulls and timestamps', (seen) =>
    expect(seen).toEqual({
      said: [0, 1, 2].map((offset) => [0, offset]),
      rows: [
        [
          0,
          'k',
          'v',
          [
            ['a', '1'],
            ['a', '2'],
            ['none', null],
          ],
          [1, 1_700_000_000_123],
        ],
        [1, 'gone', null, [], [1, 1_700_000_000_124]],
        [2, null, '', [], [1, 1_700_000_000_125]],
      ],
    }),
  )

  scenario('codecs', 'every codec, with the consumer checking CRCs', (seen) =>
    expect(seen).toEqual({ none: true, gzip: true, snappy: true, lz4: true, zstd: true }),
  )

  scenario('offsets', 'watermarks, offsets by time, the end, and seeking to and fro', (seen) =>
    expect(seen).toEqual({
      watermarks: [0, 10],
      forTimes: [0, 3, 4, -1],
      nothingAtEnd: true,
      afterSeek: [4, 5, 6],
      afterSeekBack: 0,
      position: 1,
    }),
  )

  scenario('out_of_range', 'an offset that is not there resets the consumer or stops it, as it asked', (seen) =>
    expect(seen).toEqual({ earliest: [0, 1, 2, 3, 4], error: '_AUTO_OFFSET_RESET' }),
  )

  scenario('partition_end', 'the end of a partition is told', (seen) => expect(seen).toEqual([0, 1, 2, 3, 4, '_PARTITION_EOF']))

  scenario('topics', 'topics are validated, created, grown and deleted, and each refusal has its own code', (seen) =>
    expect(seen).toEqual({
      afterValidateOnly: false,
      partitions: [0, 1],
      again: 'TOPIC_ALREADY_EXISTS',
      badName: 'TOPIC_EXCEPTION',
      badReplication: 'INVALID_REPLICATION_FACTOR',
      badConfig: 'INVALID_CONFIG',
      badValue: 'INVALID_CONFIG',
      partitionsAfter: [0, 1, 2, 3, 4],
      fewer: 'INVALID_PARTITIONS',
      listedAfterDelete: false,
      deleteAgain: 'UNKNOWN_TOPIC_OR_PART',
    }),
  )

  scenario('configs', 'configs of a topic, with what was set told from what is default', (seen) =>
    expect(seen).toEqual({
      'retention.ms': ['1234567', false],
      'max.message.bytes': ['2000000', false],
      'cleanup.policy': ['delete', true],
      'compression.type': ['producer', true],
    }),
  )

  scenario('deleted_and_made_again', 'a topic made again under its old name starts at offset 0 and holds nothing old', (seen) =>
    expect(seen).toEqual({
      first: [
        [0, 0],
        [0, 1],
        [0, 2],
      ],
      second: [[0, 0]],
      rows: ['new'],
    }),
  )

  if (!newest) return

  scenario('delete_records', 'deleted records are gone, and no more can be deleted than there are', (seen) =>
    expect(seen).toEqual({ low: 6, watermarks: [6, 10], beyond: 'OFFSET_OUT_OF_RANGE', rows: ['6', '7', '8', '9'] }),
  )

  scenario('list_offsets', 'offsets by specification: earliest, latest, largest timestamp, time', (seen) =>
    expect(seen).toEqual({
      earliest: [0, -1],
      latest: [3, -1],
      maxTimestamp: [1, 1_700_000_009_000],
      time: [1, 1_700_000_009_000],
    }),
  )
})
