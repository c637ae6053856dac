import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shardOf } from '../src/shard/placement.ts'

describe('placement', () => {
  it('spreads the partitions of one topic evenly over the shards', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 22, maxLength: 22 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(64),
        (topicId, shardCount, partitions) => {
          const load = new Array<number>(shardCount).fill(0)
          for (let partition = 0; partition < partitions; partition++) load[shardOf({ topicId, partition }, shardCount)]!++
          expect(Math.max(...load) - Math.min(...load)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})
