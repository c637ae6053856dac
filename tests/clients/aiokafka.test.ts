import { join } from 'node:path'
import { expect } from 'vitest'
import { brokerUnderTest } from '../harness/broker-under-test.ts'
import { foreignClient } from '../harness/foreign-client.ts'
import { scenarioTests } from '../harness/scenarios.ts'

const broker = brokerUnderTest()
const scenario = scenarioTests({
  client: foreignClient('python'),
  command: (python) => [python, join(import.meta.dirname, 'python/aio.py'), broker.bootstrap],
  limitMs: 60_000,
})

scenario('records', 'aiokafka: keys, headers, nulls and timestamps', (seen) =>
  expect(seen).toEqual({
    offsets: [0, 1],
    rows: [
      [0, 'k', 'v', [['a', '1']], 1_700_000_000_000],
      [1, 'gone', null, [], 1_700_000_000_001],
    ],
  }),
)

scenario('codecs', 'aiokafka: every codec, offsets and values', (seen) => {
  const right = [true, true]
  expect(seen).toEqual({ none: right, gzip: right, snappy: right, lz4: right, zstd: right })
})

scenario('idempotent', 'aiokafka: the idempotent producer', (seen) => expect(seen).toBe(true))

scenario('positions', 'aiokafka: offsets by time, beginning, end, and many records at once', (seen) =>
  expect(seen).toEqual({ byTime: [4, 1_700_000_004_000], beginning: 0, end: 10, positionAtEnd: 10, getmany: [8, 9] }),
)

scenario('woken', 'aiokafka: a waiting consumer is woken by each record', (seen) => expect(seen).toEqual(['one', 'two']))

scenario('topics', 'aiokafka: topics are created, grown and deleted', (seen) =>
  expect(seen).toEqual({ errors: [0], listed: true, partitions: [0, 1, 2], listedAfter: false }),
)
