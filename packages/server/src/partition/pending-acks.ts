import { BoundedQueue, type Clock } from '@logan/common'

interface PendingAck {
  readonly untilOffset: number
  readonly settle: (outcome: AckOutcome) => void
}

/** `durable`: everything below the offset is on disk. `failed`: a sync failed. `gone`: the topic was deleted. `late`: not yet, and the time is over. */
export type AckOutcome = 'durable' | 'failed' | 'gone' | 'late'

/**
 * Produce requests that wait until what they appended is durable. Offsets grow, so they leave in order; a repetition, whose offset is lower,
 * leaves with the one before it at the latest.
 */
export class PendingAcks {
  readonly #clock: Clock
  readonly #queue: BoundedQueue<PendingAck>

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#queue = new BoundedQueue('pending acks', limit)
  }

  get full(): boolean {
    return this.#queue.full
  }

  /** An entry whose time is over stays in its place, already answered, until its offset is passed. */
  wait(untilOffset: number, timeoutMs: number): Promise<AckOutcome> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMs, () => resolve('late'))
      const settle = (outcome: AckOutcome): void => {
        timer.cancel()
        resolve(outcome)
      }
      this.#queue.push({ untilOffset, settle })
    })
  }

  advance(durableOffset: number): void {
    for (let next = this.#queue.peek(); next !== undefined && next.untilOffset <= durableOffset; next = this.#queue.peek()) {
      this.#queue.shift()
      next.settle('durable')
    }
  }

  settleAll(outcome: 'failed' | 'gone'): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next.settle(outcome)
  }
}
