import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareBudget } from '../src/fetch/budget.ts'

const unlimited = (...readable: number[]) => readable.map((readableBytes) => ({ readableBytes, maxBytes: Number.POSITIVE_INFINITY }))

describe('the budget of a fetch', () => {
  it('gives the first partition with something its first batch whole, however large', () => {
    expect(shareBudget(unlimited(0, 5000, 10), 100)).toEqual([
      { maxBytes: 0, minOneBatch: false },
      { maxBytes: 100, minOneBatch: true },
      { maxBytes: 0, minOneBatch: false },
    ])
  })

  it('shares the rest in request order', () => {
    expect(shareBudget(unlimited(60, 60, 60), 100).map(({ maxBytes }) => maxBytes)).toEqual([60, 40, 0])
  })

  it('gives nothing to a later partition whose first batch is above its own limit', () => {
    const supplies = [70, 70, 20].map((readableBytes) => ({ readableBytes, maxBytes: 50 }))
    expect(shareBudget(supplies, 100).map(({ maxBytes }) => maxBytes)).toEqual([70, 0, 20])
  })

  it('never grants more than the limit, and grants the first even of a limit of 0', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 20 }), fc.nat(5000), (readable, maxBytes) => {
        const allowances = shareBudget(unlimited(...readable), maxBytes)
        const granted = allowances.reduce((sum, allowance) => sum + allowance.maxBytes, 0)
        expect(granted).toBeLessThanOrEqual(maxBytes)
        const first = readable.findIndex((bytes) => bytes > 0)
        expect(allowances.findIndex(({ minOneBatch }) => minOneBatch)).toBe(first)
        for (const [index, { maxBytes }] of allowances.entries()) expect(maxBytes).toBeLessThanOrEqual(readable[index]!)
      }),
    )
  })
})
