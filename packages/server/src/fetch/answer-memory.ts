import { assert } from '@logan/common'

/**
 * Bounds the record bytes of all fetch answers that are not yet taken by their clients: many slow readers with large limits could otherwise
 * hold as much as they like. A fetch may always give less than it was asked for, so it is cut to what is left; only the first batch of
 * each is given whatever is left (KIP-74), so that every reader gets on.
 */
export class AnswerMemory {
  readonly #limitBytes: number
  #heldBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  get freeBytes(): number {
    return Math.max(0, this.#limitBytes - this.#heldBytes)
  }

  /** @returns what gives the bytes back; to be called once */
  hold(bytes: number): () => void {
    this.#heldBytes += bytes
    return () => {
      this.#heldBytes -= bytes
      assert(this.#heldBytes >= 0, 'no more answer memory is given back than was held')
    }
  }
}
