import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { brokerUnderTest } from '../harness/broker-under-test.ts'
import { foreignClient } from '../harness/foreign-client.ts'
import { scenarioTests } from '../harness/scenarios.ts'

const broker = brokerUnderTest()
const program = join(import.meta.dirname, 'python/kafka_python.py')

describe.each([
  { title: "kafka-python of Debian's package", name: 'debian-python', codecs: ['none', 'gzip'], newest: false },
  { title: 'the newest kafka-python', name: 'python', codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'], newest: true },
] as const)('$title', ({ name, codecs, newest }) => {
  const scenario = scenarioTests({
    client: foreignClient(name),
    command: (python) => [python, program, broker.bootstrap, ...codecs],
    limitMs: 60_000,
  })

  scenario('versions', 'takes the broker for a Kafka with everything it may want', (seen) => {
    expect(seen.apiVersion[0]).toBeGreaterThanOrEqual(2)
    expect(seen.topicsIsSet).toBe(true)
  })

  scenario('records', 'keys, values, headers and nulls come back as they went', (seen) => {
    expect(seen).toEqual({
      offsets: [0, 1, 2, 3],
      rows: [
        [
          0,
          0,
          'k',
          'v',
          [
            ['a', '1'],
            ['b', ''],
          ],
        ],
        [0, 1, null, 'no key', []],
        [0, 2, 'gone', null, []],
        [0, 3, 'schlüssel', '日本', []],
      ],
    })
  })

  scenario('codecs', 'every codec it has', (seen) => {
    const right = { offsetsInOrder: true, same: true, fromTheMiddle: [250, 251, 252] }
    expect(seen).toEqual(Object.fromEntries(codecs.map((codec) => [codec, right])))
  })

  scenario('acks', 'acks 0, 1 and all', (seen) => expect(seen).toEqual({ 0: true, 1: true, all: true }))

  scenario('times', 'offsets by time, beginning, end and position', (seen) =>
    expect(seen).toEqual({
      found: {
        1600000000000: [0, 1_700_000_000_000],
        1700000003000: [3, 1_700_000_003_000],
        1700000003001: [4, 1_700_000_004_000],
        1800000000000: null,
      },
      beginning: 0,
      end: 10,
      positionAtEnd: 10,
      afterSeek: [7, 8, 9],
      highwater: 10,
    }),
  )

  scenario('subscribed', 'a subscription without a group reads every partition in order', (seen) =>
    expect(seen).toEqual({
      partitions: [0, 1, 2],
      byPartition: {
        0: ['0/0', '0/1', '0/2', '0/3', '0/4'],
        1: ['1/0', '1/1', '1/2', '1/3', '1/4'],
        2: ['2/0', '2/1', '2/2', '2/3', '2/4'],
      },
    }),
  )

  scenario('admin', 'topics are created with configs, grown and deleted', (seen) =>
    expect(seen).toEqual({
      listed: true,
      partitions: [0, 1],
      again: 'TopicAlreadyExistsError',
      partitionsAfter: [0, 1, 2, 3, 4],
      retention: '1234567',
      listedAfter: false,
    }),
  )

  scenario('cluster', 'the cluster is this one broker', (seen) => expect(seen).toEqual({ brokers: [broker.bootstrap], hasId: true }))

  if (!newest) return

  scenario('idempotent', 'the idempotent producer', (seen) => expect(seen).toBe(true))

  scenario('delete_records', 'deleted records are gone', (seen) =>
    expect(seen).toEqual({ lowWatermark: 4, beginning: 4, rows: [4, 5, 6, 7, 8, 9] }),
  )
})
