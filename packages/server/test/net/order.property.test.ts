import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestGate } from '../../src/net/request-gate.ts'
import { type Place, ResponseQueue } from '../../src/net/response-queue.ts'

// Invariants of a connection's order, whatever the requests and whenever they are answered:
// 1. answers leave in the order of the requests, each once;
// 2. requests begin in the order of arrival;
// 3. what runs beside others is of one overlap class with all of them, and nothing of another class lies between;
// 4. nothing that could begin waits.

interface Request {
  readonly number: number
  readonly overlapClass: number | null
}

const requests = fc
  .array(fc.option(fc.integer({ min: 0, max: 1 }), { nil: null }), { minLength: 1, maxLength: 30 })
  .map((classes) => classes.map((overlapClass, number): Request => ({ number, overlapClass })))

describe('the order of a connection', () => {
  it('holds for any requests and any order of answers', () => {
    fc.assert(
      fc.property(requests, fc.infiniteStream(fc.nat()), (arriving, choices) => {
        const gate = new RequestGate()
        const queue = new ResponseQueue<Request, number>(100)
        const waiting: Place<Request, number>[] = arriving.map((request) => queue.enter(request))
        const running: Place<Request, number>[] = []
        const begun: number[] = []
        const left: number[] = []
        let unanswered: Request[] = []
        while (left.length < arriving.length) {
          while (waiting.length > 0 && gate.mayBegin(waiting[0]!.request.overlapClass)) {
            const place = waiting.shift()!
            gate.begin(place.request.overlapClass)
            begun.push(place.request.number)
            unanswered.push(place.request)
            running.push(place)
          }
          const [first] = unanswered
          expect(
            unanswered.length === 1 ||
              unanswered.every(({ overlapClass }) => overlapClass !== null && overlapClass === first!.overlapClass),
          ).toBe(true)
          const next = waiting[0]
          if (next !== undefined) expect(next.request.overlapClass === null || next.request.overlapClass !== first!.overlapClass).toBe(true)
          const [settled] = running.splice(choices.next().value % running.length, 1)
          queue.settle(settled!, settled!.request.number)
          for (let ready = queue.takeReady(); ready !== undefined; ready = queue.takeReady()) {
            gate.end()
            left.push(ready.answer)
            unanswered = unanswered.filter(({ number }) => number !== ready.request.number)
          }
        }
        const inOrder = arriving.map(({ number }) => number)
        expect(left).toEqual(inOrder)
        expect(begun).toEqual(inOrder)
        expect(queue.count).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('takes no more requests than its limit', () => {
    const queue = new ResponseQueue<string, string>(2)
    const first = queue.enter('a')
    queue.enter('b')
    expect(queue.full).toBe(true)
    expect(() => queue.enter('c')).toThrow('full')
    queue.settle(first, 'A')
    expect(queue.takeReady()).toEqual({ request: 'a', answer: 'A' })
    expect(queue.full).toBe(false)
  })
})
