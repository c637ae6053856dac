import fs from 'node:fs'
import { ManualClock } from '@logan/common'
import { describe, expect, test } from 'vitest'
import { type Log, type LogConfig, OffsetOutOfRange } from '../src/index.ts'
import { append, openLog, readAll, startMs, temporaryDirectory } from './log-testkit.ts'

const day = 24 * 3600 * 1000

interface Fixture {
  readonly log: Log
  readonly clock: ManualClock
  readonly directory: string
  readonly segments: () => string[]
}

/** Batches of 69 bytes, two a segment, an hour apart. */
async function hourly(count: number, config: Partial<LogConfig> = {}): Promise<Fixture> {
  const clock = new ManualClock(startMs)
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({
    directory,
    clock,
    config: { segmentBytes: 150, retentionMs: -1, fileDeleteDelayMs: 1000, messageTimestampAfterMaxMs: 100 * day, ...config },
  })
  for (let index = 0; index < count; index++) append(log, { values: ['v'], timestampMs: startMs + index * 3600_000 })
  const segments = (): string[] => fs.readdirSync(directory).filter((name) => name.endsWith('.log'))
  return { log, clock, directory, segments }
}

/** The next time something is removed from the directory. */
async function gone(directory: string, suffix: string): Promise<void> {
  while (fs.readdirSync(directory).some((name) => name.endsWith(suffix))) await new Promise(setImmediate)
}

describe('by time', () => {
  test('whole segments whose latest record is too old', async () => {
    const { log, clock } = await hourly(10, { retentionMs: day })
    clock.advance(day + 3 * 3600_000)
    expect(log.applyRetention()).toBe(1)
    expect(log.logStartOffset).toBe(2)
    clock.advance(1)
    expect(log.applyRetention()).toBe(1)
    expect(log.logStartOffset).toBe(4)
    expect(() => log.read({ offset: 3, maxBytes: 1, limitOffset: 10, minOneBatch: true })).toThrow(OffsetOutOfRange)
    expect(await readAll(log)).toHaveLength(6)
    await log.close()
  })

  test('the active one, too, once it is over age; the offsets go on', async () => {
    const { log, clock, segments } = await hourly(3, { retentionMs: day })
    clock.advance(10 * day)
    expect(log.applyRetention()).toBe(2)
    expect([log.logStartOffset, log.logEndOffset, log.sizeInBytes]).toEqual([3, 3, 0])
    expect(segments()).toEqual(['00000000000000000003.log'])
    expect(log.applyRetention()).toBe(0)
    expect(append(log, { values: ['new'], timestampMs: clock.now() })).toBe(3)
    await log.close()
  })

  test('segments without timestamps go by when they were written', async () => {
    const { log, clock, directory } = await hourly(0, { retentionMs: day })
    for (let index = 0; index < 4; index++) append(log, { values: ['v'], timestampMs: -1 })
    fs.utimesSync(`${directory}/00000000000000000000.log`, startMs / 1000 - 30, startMs / 1000 - 30)
    fs.utimesSync(`${directory}/00000000000000000002.log`, startMs / 1000 + 60, startMs / 1000 + 60)
    clock.advance(day)
    expect(log.applyRetention()).toBe(1)
    await log.close()
  })
})

test('by size: as many whole segments as leave at least the limit', async () => {
  const { log } = await hourly(10, { retentionBytes: 69 * 7 })
  expect(log.applyRetention()).toBe(1)
  expect(log.sizeInBytes).toBe(69 * 8)
  log.config = { ...log.config, retentionBytes: 0 }
  log.applyRetention()
  expect(log.sizeInBytes).toBe(0)
  await log.close()
})

test('in sync mode nothing goes that nobody could read yet', async () => {
  const { log } = await hourly(6, { flushMode: 'sync', retentionBytes: 0 })
  expect(log.durableOffset).toBe(0)
  expect(log.applyRetention()).toBe(0)
  await log.durable(6)
  expect(log.applyRetention()).toBe(3)
  await log.close()
})

test('silent producers are forgotten', async () => {
  const { log, clock } = await hourly(0, { producerIdExpirationMs: day })
  append(log, { values: ['v'], producerId: 5 })
  clock.advance(day - 1)
  log.applyRetention()
  expect(log.activeProducers()).toHaveLength(1)
  clock.advance(1)
  log.applyRetention()
  expect(log.activeProducers()).toHaveLength(0)
  await log.close()
})

describe('deleted segments', () => {
  test('are renamed at once and removed after the delay', async () => {
    const { log, clock, directory } = await hourly(4, { retentionBytes: 0 })
    log.applyRetention()
    expect(fs.readdirSync(directory)).toContain('00000000000000000000.log.deleted')
    clock.advance(999)
    expect(fs.readdirSync(directory)).toContain('00000000000000000000.log.deleted')
    clock.advance(1)
    await gone(directory, '.deleted')
    await log.close()
  })

  test('stay readable to who holds a range, and stay until he lets go', async () => {
    const { log, clock, directory } = await hourly(4, { retentionBytes: 0 })
    const range = log.read({ offset: 0, maxBytes: 1000, limitOffset: 4, minOneBatch: true })!
    log.applyRetention()
    clock.advance(5000)
    await gone(directory, '2.log.deleted')
    expect(fs.readdirSync(directory)).toContain('00000000000000000000.log.deleted')
    expect(await range.bytes()).toHaveLength(138)
    range.release()
    range.release()
    await gone(directory, '.deleted')
    await log.close()
  })
})

describe('delete-records', () => {
  test('moves the start, durably, and drops whole segments below it', async () => {
    const saved: number[] = []
    const directory = `${temporaryDirectory()}/t-0`
    const log = await openLog({ directory, config: { segmentBytes: 150 }, saved })
    for (let index = 0; index < 10; index++) append(log, { values: ['v'] }, index < 6 ? 1 : 2)
    await log.setLogStartOffset(7)
    expect(saved).toEqual([7])
    expect(log.segmentCount).toBe(2)
    expect([log.logStartOffset, log.logEndOffset]).toEqual([7, 10])
    expect(await readAll(log)).toEqual(['7: v', '8: v', '9: v'])
    expect(log.leaderEpochs.epochForOffset(7)).toBe(2)
    expect(log.leaderEpochs.endOffsetFor(1, 10)).toEqual({ leaderEpoch: 1, endOffset: 7 })
    await log.setLogStartOffset(3)
    expect(log.logStartOffset).toBe(7)
    await expect(log.setLogStartOffset(11)).rejects.toBeInstanceOf(OffsetOutOfRange)
    await log.setLogStartOffset(10)
    expect(await readAll(log)).toEqual([])
    expect(append(log, { values: ['v'] }, 2)).toBe(10)
    await log.close()
  })

  test('a start in the middle of a batch is kept', async () => {
    const directory = `${temporaryDirectory()}/t-0`
    const log = await openLog({ directory })
    append(log, { values: ['a', 'b', 'c'], timestampMs: startMs })
    await log.setLogStartOffset(1)
    expect(await readAll(log)).toEqual(['1: b', '2: c'])
    expect(await log.offsetForTimestamp(startMs, 3)).toMatchObject({ offset: 1, timestampMs: startMs + 1 })
    await log.close()
  })
})

describe('deleting a log', () => {
  test('takes its name away at once, its files later', async () => {
    const { log, clock, directory } = await hourly(4)
    const parent = directory.slice(0, -'/t-0'.length)
    const range = log.read({ offset: 0, maxBytes: 1000, limitOffset: 4, minOneBatch: true })!
    await log.delete()
    const deleted = 't-0.0102030405060708090a0b0c0d0e0f10-delete'
    expect(fs.readdirSync(parent)).toEqual([deleted])
    clock.advance(1000)
    expect(await range.bytes()).toHaveLength(138)
    expect(fs.readdirSync(parent)).toEqual([deleted])
    range.release()
    await gone(parent, '-delete')
  })
})
