import { BoundedQueue } from '@logan/common'

interface PendingAck {
  readonly untilOffset: number
  readonly settle: (outcome: AckOutcome) => void
}

/** `durable`: everything below the offset is on disk. `failed`: a sync failed. `gone`: the topic was deleted. */
export type AckOutcome = 'durable' | 'failed' | 'gone'

/** Produce requests with acks=all that wait until what they appended is durable. Offsets only grow, so they leave in order. */
export class PendingAcks {
  readonly #queue: BoundedQueue<PendingAck>

  constructor(limit: number) {
    this.#queue = new BoundedQueue('pending acks', limit)
  }

  get full(): boolean {
    return this.#queue.full
  }

  wait(untilOffset: number): Promise<AckOutcome> {
    return new Promise((settle) => {
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
