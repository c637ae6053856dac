/** libuv has four threads for the whole process: half of them may wait in syncs, so that reads go on. */
const defaultLimit = 2

/** Bounds how many logs sync at once; the others wait in order. One for all logs of a process. */
export class SyncScheduler {
  readonly #limit: number
  #running = 0
  /** At most one entry per log, which joins its appends into one sync: bounded by the number of logs. */
  readonly #waiting: (() => void)[] = []

  constructor(limit = defaultLimit) {
    this.#limit = limit
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((start) => this.#waiting.push(start))
    else this.#running++
    try {
      return await work()
    } finally {
      // The place passes on to the next in line, so that nobody overtakes.
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
