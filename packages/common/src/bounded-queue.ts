import { assert } from './assert.ts'

/** A first-in first-out ring with a name and a limit. What happens when it is full is the caller's stated answer. */
export class BoundedQueue<T> {
  readonly name: string
  readonly limit: number
  #ring: (T | undefined)[]
  #head = 0
  #count = 0

  constructor(name: string, limit: number) {
    assert(limit > 0, `queue ${name} needs a limit above 0`)
    this.name = name
    this.limit = limit
    this.#ring = new Array<T | undefined>(Math.min(16, limit))
  }

  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#count === this.limit
  }

  /** Adds at the tail; false when full. */
  push(value: T): boolean {
    if (this.full) return false
    if (this.#count === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#count) % this.#ring.length] = value
    this.#count++
    return true
  }

  peek(): T | undefined {
    return this.#count === 0 ? undefined : this.#ring[this.#head]
  }

  shift(): T | undefined {
    if (this.#count === 0) return undefined
    const value = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) % this.#ring.length
    this.#count--
    return value
  }

  #grow(): void {
    const larger = new Array<T | undefined>(Math.min(this.#ring.length * 2, this.limit))
    for (let index = 0; index < this.#count; index++) larger[index] = this.#ring[(this.#head + index) % this.#ring.length]
    this.#ring = larger
    this.#head = 0
  }
}
