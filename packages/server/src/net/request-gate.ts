import { assert } from '@logan/common'

/**
 * When a request of a connection may begin: only after everything before it is answered, as in Apache Kafka, except that requests of one
 * overlap class which follow one another begin at once. Callers ask in the order of arrival. Pure.
 */
export class RequestGate {
  #running = 0
  #runningClass: number | null = null

  mayBegin(overlapClass: number | null): boolean {
    return this.#running === 0 || (overlapClass !== null && overlapClass === this.#runningClass)
  }

  begin(overlapClass: number | null): void {
    assert(this.mayBegin(overlapClass), 'a request begins only when the gate is open for it')
    this.#running++
    this.#runningClass = overlapClass
  }

  /** The answer of the oldest running request has left, in order. */
  end(): void {
    assert(this.#running > 0, 'only a running request can end')
    this.#running--
  }
}
