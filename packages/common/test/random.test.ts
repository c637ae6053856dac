import { assert as check, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom, systemRandom } from '../src/random.ts'

test('a seed gives the same run again, and another seed another run', () => {
  const run = (seed: number) => {
    const random = seededRandom(seed)
    return [random.bytes(8).toString('hex'), random.fraction()]
  }
  check(
    property(integer(), (seed) => {
      expect(run(seed)).toEqual(run(seed))
    }),
  )
  expect(run(1)).not.toEqual(run(2))
})

test('fractions stay in [0, 1), and bytes are as many as asked for', () => {
  for (const random of [seededRandom(7), systemRandom]) {
    const fractions = Array.from({ length: 1000 }, () => random.fraction())
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...fractions)).toBeLessThan(1)
    expect(new Set(fractions).size).toBeGreaterThan(900)
    expect(random.bytes(17)).toHaveLength(17)
  }
})
