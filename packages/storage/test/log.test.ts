import { ManualClock } from '@logan/common'
import { buildBatch, codecs } from '@logan/protocol'
import { describe, expect, test } from 'vitest'
import { AppendRefused, type CheckedBatch, type Log, type LogConfig, LogFailed, OffsetOutOfRange } from '../src/index.ts'
import { append, batchOf, openLog, readAll, startMs, temporaryDirectory } from './log-testkit.ts'

describe('append and read', () => {
  test('gives offsets and returns whole batches from the one that holds the offset', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0` })
    expect(append(log, { values: ['a', 'b', 'c'] })).toBe(0)
    expect(append(log, { values: ['d'] })).toBe(3)
    const range = log.read({ offset: 1, maxBytes: 1000, limitOffset: 4, minOneBatch: true })!
    expect([range.baseOffset, range.nextOffset]).toEqual([0, 4])
    range.release()
    expect(await readAll(log, 1)).toEqual(['1: b', '2: c', '3: d'])
    expect(log.read({ offset: 4, maxBytes: 1000, limitOffset: 4, minOneBatch: true })).toBeNull()
    await log.close()
  })

  test('ends before the batch that reaches the limit, and before maxBytes unless that were nothing', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0` })
    for (const value of ['a', 'b', 'c']) append(log, { values: [value, value] })
    const size = log.sizeInBytes / 3
    const read = (maxBytes: number, limitOffset: number, minOneBatch = false): number | undefined =>
      log.read({ offset: 0, maxBytes, limitOffset, minOneBatch })?.sizeInBytes
    expect(read(10_000, 6)).toBe(3 * size)
    expect(read(10_000, 5)).toBe(2 * size)
    expect(read(10_000, 1)).toBeUndefined()
    expect(read(2 * size, 6)).toBe(2 * size)
    expect(read(2 * size - 1, 6)).toBe(size)
    expect(read(size - 1, 6)).toBeUndefined()
    expect(read(size - 1, 6, true)).toBe(size)
    await log.close()
  })

  test('refuses offsets outside the log', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0` })
    append(log, { values: ['a'] })
    expect(() => log.read({ offset: 2, maxBytes: 1, limitOffset: 1, minOneBatch: true })).toThrow(OffsetOutOfRange)
    expect(() => log.read({ offset: -1, maxBytes: 1, limitOffset: 1, minOneBatch: true })).toThrow(OffsetOutOfRange)
    await log.close()
    expect(() => log.read({ offset: 0, maxBytes: 1, limitOffset: 1, minOneBatch: true })).toThrow(LogFailed)
  })

  test('reads over many segments', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, config: { segmentBytes: 300, indexIntervalBytes: 100 } })
    const expected = Array.from({ length: 50 }, (_, index) => `${index}: ${'x'.repeat(index)}`)
    for (let index = 0; index < 50; index++) append(log, { values: ['x'.repeat(index)], timestampMs: startMs + index })
    expect(log.segmentCount).toBeGreaterThan(10)
    expect(await readAll(log, 0, 100)).toEqual(expected)
    expect(await readAll(log, 17, 100_000)).toEqual(expected.slice(17))
    await log.close()
  })
})

describe('rolling', () => {
  async function logWith(config: Partial<LogConfig>): Promise<Log> {
    return openLog({ directory: `${temporaryDirectory()}/t-0`, config })
  }

  test('by the time between records', async () => {
    const log = await logWith({ segmentMs: 1000 })
    for (const timestampMs of [startMs, startMs + 1000, startMs + 1001, startMs - 5000]) append(log, { values: ['v'], timestampMs })
    expect(log.segmentCount).toBe(2)
    await log.close()
  })

  test('by the clock where records have no time', async () => {
    const clock = new ManualClock(startMs)
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, clock, config: { segmentMs: 1000 } })
    append(log, { values: ['v'], timestampMs: -1 })
    clock.advance(1001)
    append(log, { values: ['v'], timestampMs: -1 })
    expect(log.segmentCount).toBe(2)
    await log.close()
  })

  test('when an index is full', async () => {
    const log = await logWith({ indexIntervalBytes: 1, segmentIndexBytes: 36 })
    for (let index = 0; index < 7; index++) append(log, { values: ['v'], timestampMs: startMs + index })
    // Of the time index, one entry is kept for the closing: two are left, the first batch has none.
    expect(log.segmentCount).toBe(3)
    await log.close()
  })

  test('when an offset is out of the reach of the indexes', async () => {
    const log = await logWith({})
    const wide = buildBatch({ records: [{ value: Buffer.from('v'), timestamp: startMs }], lastOffsetDelta: 2 ** 31 - 2 })
    log.append(log.check(wide, 'controller') as CheckedBatch, 0)
    expect(append(log, { values: ['v'] })).toBe(2 ** 31 - 1)
    expect(log.segmentCount).toBe(1)
    expect(append(log, { values: ['v'] })).toBe(2 ** 31)
    expect(log.segmentCount).toBe(2)
    expect(await readAll(log, 2 ** 31 - 1)).toEqual([`${2 ** 31 - 1}: v`, `${2 ** 31}: v`])
    await log.close()
  })

  test('not for a batch that no segment could hold', async () => {
    const log = await logWith({ segmentBytes: 1000 })
    expect(() => append(log, { values: ['x'.repeat(1000)] })).toThrow(expect.objectContaining({ error: 'RECORD_LIST_TOO_LARGE' }))
    expect(log.logEndOffset).toBe(0)
    await log.close()
  })
})

describe('time', () => {
  test('LogAppendTime is that of the clock, for every record', async () => {
    const clock = new ManualClock(startMs)
    const directory = `${temporaryDirectory()}/t-0`
    const log = await openLog({ directory, clock, config: { messageTimestampType: 'LogAppendTime' } })
    clock.advance(77)
    const result = log.append(log.check(batchOf({ values: ['a', 'b'], timestampMs: 5 }), 'client') as CheckedBatch, 0)
    expect(result.logAppendTimeMs).toBe(startMs + 77)
    expect(await log.offsetForTimestamp(startMs + 77, 2)).toEqual({ offset: 0, timestampMs: startMs + 77, leaderEpoch: 0 })
    expect(await log.offsetForTimestamp(startMs + 78, 2)).toBeNull()
    await log.close()
    const again = await openLog({ directory, clock })
    expect(await readAll(again)).toEqual(['0: a', '1: b'])
    await again.close()
  })

  test('is found to the record inside compressed batches, with the epoch of the batch', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0` })
    for (const epoch of [3, 4]) {
      const records = [5, 1, 9, 3].map((time) => ({ value: Buffer.from('v'), timestamp: startMs + 10 * epoch + time }))
      log.append(await log.check(buildBatch({ records, codec: codecs.gzip }), 'client'), epoch)
    }
    expect(await log.offsetForTimestamp(startMs + 36, 8)).toEqual({ offset: 2, timestampMs: startMs + 39, leaderEpoch: 3 })
    expect(await log.offsetForTimestamp(startMs + 40, 8)).toEqual({ offset: 4, timestampMs: startMs + 45, leaderEpoch: 4 })
    expect(await log.offsetForTimestamp(startMs + 40, 7)).toBeNull()
    expect(await log.offsetOfMaxTimestamp(8)).toEqual({ offset: 6, timestampMs: startMs + 49, leaderEpoch: 4 })
    expect(await log.offsetOfMaxTimestamp(4)).toEqual({ offset: 2, timestampMs: startMs + 39, leaderEpoch: 3 })
    expect(await log.offsetOfMaxTimestamp(3)).toBeNull()
    await log.close()
  })
})

describe('idempotent producers', () => {
  test('answers a repeated batch with its first offsets and refuses one out of turn', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0` })
    append(log, { values: ['a', 'b'], producerId: 7, baseSequence: 0 })
    append(log, { values: ['c'], producerId: 7, baseSequence: 2 })
    expect(append(log, { values: ['a', 'b'], producerId: 7, baseSequence: 0 })).toBe(0)
    expect(log.logEndOffset).toBe(3)
    expect(() => append(log, { values: ['e'], producerId: 7, baseSequence: 4 })).toThrow(AppendRefused)
    await log.close()
  })
})

describe('durable', () => {
  test('one sync covers what was appended while the one before ran', async () => {
    const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, config: { flushMode: 'sync', segmentBytes: 200 } })
    const durable: number[] = []
    log.onDurable = (offset) => void durable.push(offset)
    const waits: Promise<void>[] = []
    for (let index = 0; index < 20; index++) {
      append(log, { values: ['v'] })
      waits.push(log.durable(log.logEndOffset))
    }
    await Promise.all(waits)
    expect(log.durableOffset).toBe(20)
    expect(durable.at(-1)).toBe(20)
    expect(durable.length).toBeLessThan(5)
    await log.close()
  })
})

describe('after closing', () => {
  test.each([true, false])('the log is as it was (clean: %s)', async (clean) => {
    const directory = `${temporaryDirectory()}/t-0`
    const log = await openLog({ directory, config: { segmentBytes: 300 } })
    for (let index = 0; index < 20; index++) append(log, { values: [`${index}`], producerId: 1, baseSequence: index }, 5)
    await log.close()
    const again = await openLog({ directory, recovery: { clean } })
    expect(again.logEndOffset).toBe(20)
    expect(await readAll(again)).toHaveLength(20)
    expect(again.leaderEpochs.latest()).toEqual({ epoch: 5, startOffset: 0 })
    expect(append(again, { values: ['19'], producerId: 1, baseSequence: 19 })).toBe(19)
    expect(append(again, { values: ['20'], producerId: 1, baseSequence: 20 }, 6)).toBe(20)
    await again.close()
  })
})
