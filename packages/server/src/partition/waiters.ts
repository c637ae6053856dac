/** One waiting fetch as its partitions know it. Called at most once. */
export type Waiter = () => void

/**
 * Who waits for a partition to move: long polls, woken when the high watermark, the last stable offset or the log start
 * moves, or the partition goes. They hold no bytes and no pins; what there is to read is looked up after waking.
 */
export class Waiters {
  readonly #waiting = new Set<Waiter>()

  get count(): number {
    return this.#waiting.size
  }

  add(waiter: Waiter): void {
    this.#waiting.add(waiter)
  }

  remove(waiter: Waiter): void {
    this.#waiting.delete(waiter)
  }

  wakeAll(): void {
    if (this.#waiting.size === 0) return
    const woken = [...this.#waiting]
    this.#waiting.clear()
    for (const waiter of woken) waiter()
  }
}
