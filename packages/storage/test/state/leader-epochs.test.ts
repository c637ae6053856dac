import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeLeaderEpochCheckpoint,
  type EpochEntry,
  encodeLeaderEpochCheckpoint,
  LeaderEpochCache,
} from '../../src/state/leader-epochs.ts'

const logEndOffset = 100

describe('end offset of an epoch', () => {
  const cache = new LeaderEpochCache([
    { epoch: 2, startOffset: 10 },
    { epoch: 5, startOffset: 30 },
    { epoch: 6, startOffset: 60 },
  ])

  test.each([
    ['the latest ends at the log end', 6, { leaderEpoch: 6, endOffset: 100 }],
    ['an earlier one ends where the next begins', 5, { leaderEpoch: 5, endOffset: 60 }],
    ['one that wrote nothing is answered with the one before it', 4, { leaderEpoch: 2, endOffset: 30 }],
    ['one older than all ends where the first begins', 1, { leaderEpoch: 1, endOffset: 10 }],
    ['one newer than all is undefined', 7, { leaderEpoch: -1, endOffset: -1 }],
    ['the undefined one is undefined', -1, { leaderEpoch: -1, endOffset: -1 }],
  ])('%s', (_, epoch, expected) => {
    expect(cache.endOffsetFor(epoch, logEndOffset)).toEqual(expected)
  })

  test('without entries everything is undefined', () => {
    expect(new LeaderEpochCache().endOffsetFor(0, logEndOffset)).toEqual({ leaderEpoch: -1, endOffset: -1 })
    expect(new LeaderEpochCache().latest()).toBeUndefined()
  })
})

describe('changes', () => {
  const make = () =>
    new LeaderEpochCache([
      { epoch: 2, startOffset: 10 },
      { epoch: 5, startOffset: 30 },
      { epoch: 6, startOffset: 60 },
    ])

  test('the same epoch again changes nothing', () => {
    const cache = make()
    expect(cache.assign(6, 60)).toBe(false)
    expect(cache.assign(6, 80)).toBe(false)
    expect(cache.entries).toHaveLength(3)
  })

  test('an entry that wrote nothing gives way to its successor', () => {
    const cache = make()
    expect(cache.assign(7, 60)).toBe(true)
    expect(cache.entries).toEqual([
      { epoch: 2, startOffset: 10 },
      { epoch: 5, startOffset: 30 },
      { epoch: 7, startOffset: 60 },
    ])
  })

  test('impossible values are a bug of the caller', () => {
    expect(() => make().assign(-1, 0)).toThrow('impossible')
    expect(() => make().assign(0, -1)).toThrow('impossible')
  })

  test('the epoch that holds the new start begins there', () => {
    const cache = make()
    expect(cache.truncateFromStart(9)).toBe(false)
    expect(cache.truncateFromStart(10)).toBe(false)
    expect(cache.truncateFromStart(45)).toBe(true)
    expect(cache.entries).toEqual([
      { epoch: 5, startOffset: 45 },
      { epoch: 6, startOffset: 60 },
    ])
    expect(cache.truncateFromStart(60)).toBe(true)
    expect(cache.entries).toEqual([{ epoch: 6, startOffset: 60 }])
  })

  test('epochs that begin at the new end or later go', () => {
    const cache = make()
    expect(cache.truncateFromEnd(61)).toBe(false)
    expect(cache.truncateFromEnd(60)).toBe(true)
    expect(cache.latest()).toEqual({ epoch: 5, startOffset: 30 })
    expect(cache.truncateFromEnd(0)).toBe(true)
    expect(cache.entries).toEqual([])
  })
})

/** Which epoch wrote each offset, one array cell per offset: too simple to be wrong. */
class NaiveEpochs {
  cells: number[] = []

  append(epoch: number, count: number): void {
    this.cells.push(...Array<number>(count).fill(epoch))
  }

  endOffsetFor(start: number, epoch: number) {
    const written = this.cells.slice(start)
    const latest = written.at(-1)
    if (latest === undefined || epoch > latest) return { leaderEpoch: -1, endOffset: -1 }
    const older = written.filter((cell) => cell <= epoch)
    const leaderEpoch = older.at(-1) ?? epoch
    return { leaderEpoch, endOffset: start + older.length }
  }
}

test('agrees with a model that knows the epoch of every offset', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), raise: fc.nat(3), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('start' as const), by: fc.nat(10) }),
    fc.record({ kind: fc.constant('end' as const), by: fc.nat(10) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const cache = new LeaderEpochCache()
      const model = new NaiveEpochs()
      let epoch = 0
      let start = 0
      for (const next of steps) {
        const end = model.cells.length
        if (next.kind === 'append') {
          epoch += next.raise
          cache.assign(epoch, end)
          model.append(epoch, next.count)
        } else if (next.kind === 'start') {
          start = Math.min(start + next.by, Math.max(start, end - 1))
          cache.truncateFromStart(start)
        } else {
          model.cells.length = Math.max(start, end - next.by)
          cache.truncateFromEnd(model.cells.length)
        }
        for (let offset = start; offset < model.cells.length; offset++) expect(cache.epochForOffset(offset)).toBe(model.cells[offset])
        for (let asked = 0; asked <= epoch + 1; asked++)
          expect(cache.endOffsetFor(asked, model.cells.length)).toEqual(model.endOffsetFor(start, asked))
        expect(new LeaderEpochCache(cache.entries).entries).toEqual(cache.entries)
      }
    }),
    { numRuns: 60 },
  )
})

describe('leader-epoch-checkpoint', () => {
  const entries: EpochEntry[] = [
    { epoch: 0, startOffset: 0 },
    { epoch: 3, startOffset: 11 },
    { epoch: 4, startOffset: 2 ** 53 - 1 },
  ]

  test('is what Kafka 4.3.1 writes (LeaderEpochCheckpointFile, called from Java)', () => {
    const golden = '0\n3\n0 0\n3 11\n4 9007199254740991\n'
    expect(encodeLeaderEpochCheckpoint(entries)).toBe(golden)
    expect(decodeLeaderEpochCheckpoint(golden)).toEqual({ kind: 'ok', value: entries })
  })

  test.each(['1\n0\n', '0\n1\n0\n', '0\n1\n0 0 0\n', '0\n1\n-1 0\n', '0\n1\n0 -1\n', '0\n1\nx 0\n'])('%j is corrupt', (text) => {
    expect(decodeLeaderEpochCheckpoint(text).kind).toBe('corrupt')
  })
})
