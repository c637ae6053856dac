import { array, assert as check, constant, nat, oneof, property } from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedQueue } from '../src/bounded-queue.ts'

test('whatever is pushed and shifted, it answers as a plain list would', () => {
  const step = oneof(nat(99), constant('shift' as const))
  check(
    property(nat(40), array(step, { maxLength: 200 }), (limit, steps) => {
      const queue = new BoundedQueue<number>('test', limit + 1)
      const list: number[] = []
      for (const each of steps) {
        if (each === 'shift') expect(queue.shift()).toBe(list.shift())
        else {
          expect(queue.push(each)).toBe(list.length <= limit)
          if (list.length <= limit) list.push(each)
        }
        expect({ count: queue.count, full: queue.full, first: queue.peek() }).toEqual({
          count: list.length,
          full: list.length === limit + 1,
          first: list[0],
        })
      }
    }),
  )
})

test('a queue that could hold nothing is refused', () => {
  expect(() => new BoundedQueue('test', 0)).toThrow('queue test needs a limit above 0')
})
