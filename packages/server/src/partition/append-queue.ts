import { BoundedQueue } from '@logan/common'
import type { CheckedBatch } from '@logan/storage'

/** A batch that passed its check, or why it did not. */
export type Verdict = { readonly batch: CheckedBatch } | { readonly refusal: unknown }

interface Place {
  verdict: Verdict | undefined
  readonly take: (verdict: Verdict) => void
}

/**
 * Keeps the order of a partition's appends while compressed batches are checked off the loop: a batch takes its place
 * when it arrives and is taken when its check ended and everything before it was taken.
 */
export class AppendQueue {
  readonly #places: BoundedQueue<Place>

  constructor(limit: number) {
    this.#places = new BoundedQueue('append queue', limit)
  }

  get full(): boolean {
    return this.#places.full
  }

  /** `take` runs in order; at once when nothing is ahead and the check needed no waiting. */
  enter(check: () => CheckedBatch | Promise<CheckedBatch>, take: (verdict: Verdict) => void): void {
    let checked: CheckedBatch | Promise<CheckedBatch>
    try {
      checked = check()
    } catch (refusal) {
      this.#settle({ verdict: { refusal }, take })
      return
    }
    if (!(checked instanceof Promise)) {
      this.#settle({ verdict: { batch: checked }, take })
      return
    }
    const place: Place = { verdict: undefined, take }
    this.#places.push(place)
    checked.then(
      (batch) => this.#decided(place, { batch }),
      (refusal: unknown) => this.#decided(place, { refusal }),
    )
  }

  #settle(place: Place & { verdict: Verdict }): void {
    if (this.#places.count === 0) place.take(place.verdict)
    else this.#places.push(place)
  }

  #decided(place: Place, verdict: Verdict): void {
    place.verdict = verdict
    for (let head = this.#places.peek(); head?.verdict !== undefined; head = this.#places.peek()) {
      this.#places.shift()
      head.take(head.verdict)
    }
  }
}
