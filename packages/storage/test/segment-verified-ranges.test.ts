import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VerifiedRanges } from '../src/segment/verified-ranges.ts'

test('covers what was added and nothing else', () => {
  const range = fc.tuple(fc.nat(200), fc.nat(30)).map(([start, size]) => ({ start, end: start + size }))
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), fc.array(range, { maxLength: 40 }), (added, asked) => {
      const ranges = new VerifiedRanges()
      const bytes = new Set<number>()
      for (const { start, end } of added) {
        ranges.add(start, end)
        for (let at = start; at < end; at++) bytes.add(at)
      }
      for (const { start, end } of asked.filter((each) => each.end > each.start)) {
        const all = Array.from({ length: end - start }, (_, index) => start + index).every((at) => bytes.has(at))
        expect(ranges.covers(start, end)).toBe(all)
      }
    }),
  )
})

test('islands are bounded; the smallest goes', () => {
  const ranges = new VerifiedRanges()
  ranges.add(0, 5000)
  for (let index = 100; index < 300; index++) ranges.add(100 * index, 100 * index + 10 + (index % 7))
  expect(ranges.ranges.length).toBe(64)
  expect(ranges.covers(0, 5000)).toBe(true)
})
