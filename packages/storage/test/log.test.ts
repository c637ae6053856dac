import { describe, expect, test } from 'vitest'
import { AppendRefused, LogFailed, OffsetOutOfRange } from '../src/index.ts'
import { append, openLog, readAll, startMs, temporaryDirectory } from './log-testkit.ts'

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
