import { BoundedQueue } from '@logan/common'
import { ChangeFailed } from './change-failed.ts'

/** Runs one change after the other, in the order of asking. Full: the change is refused with an error that clients try again. */
export class ChangeQueue {
  readonly #waiting: BoundedQueue<() => Promise<void>>
  #running: Promise<void> | undefined

  constructor(limit: number) {
    this.#waiting = new BoundedQueue('metadata changes', limit)
  }

  /** Settles as `change` does. @throws (rejects) ChangeFailed REQUEST_TIMED_OUT when too many wait already */
  run<T>(change: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const accepted = this.#waiting.push(() => change().then(resolve, reject))
      if (!accepted) reject(new ChangeFailed('REQUEST_TIMED_OUT', 'too many changes of the cluster metadata are waiting'))
      this.#running ??= this.#runAll()
    })
  }

  /** Resolves when nothing runs or waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #runAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await next()
    this.#running = undefined
  }
}
