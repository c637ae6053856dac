/** Runs a write for whoever asks, one at a time: all who ask while one runs share the next, which sees what they changed. */
export class CoalescedWrite {
  readonly #write: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(write: () => Promise<void>) {
    this.#write = write
  }

  /** Resolves when a write that began after the call has ended; rejects when that one failed. */
  request(): Promise<void> {
    // The next one may be about to begin although the one before has ended.
    if (this.#running === undefined) return this.#next ?? this.#run()
    this.#next ??= this.#running.then(
      () => this.#run(),
      () => this.#run(),
    )
    return this.#next
  }

  #run(): Promise<void> {
    this.#next = undefined
    const running = this.#write().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
