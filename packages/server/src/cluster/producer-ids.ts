/** A range of producer ids that belongs to this broker alone, durably. */
export interface ProducerIdBlock {
  readonly first: number
  readonly size: number
}

/** Producer ids, each given once and never again, also across crashes: a block is durable before the first id of it is used. */
export class ProducerIds {
  readonly #allocate: () => Promise<ProducerIdBlock>
  #next = 0
  #end = 0
  #allocating: Promise<void> | undefined

  /** `allocate` resolves with a block that is durably taken: see `Controller.allocateProducerIdBlock`. */
  constructor(allocate: () => Promise<ProducerIdBlock>) {
    this.#allocate = allocate
  }

  /** @throws (rejects) what `allocate` throws; the next call tries again */
  async next(): Promise<number> {
    while (this.#next === this.#end) {
      this.#allocating ??= this.#takeBlock()
      await this.#allocating
    }
    return this.#next++
  }

  async #takeBlock(): Promise<void> {
    try {
      const { first, size } = await this.#allocate()
      this.#next = first
      this.#end = first + size
    } finally {
      this.#allocating = undefined
    }
  }
}
