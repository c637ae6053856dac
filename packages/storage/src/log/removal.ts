import type { Clock, Logger, Timer } from '@logan/common'
import type { Segment } from '../segment/segment.ts'

/**
 * Removes segments some time after they left the log (file.delete.delay.ms), and not before the last reader let them go. Their files are
 * renamed at once, so that what a stop leaves behind is removed at the next start.
 */
export class DelayedRemoval {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #waiting = new Map<Segment, Timer>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  add(segment: Segment, delayMs: number): void {
    segment.rename()
    const timer = this.#clock.setTimer(delayMs, () => {
      segment.remove().then(
        () => this.#waiting.delete(segment),
        (error: unknown) =>
          this.#logger.warn({ err: error, path: segment.records.path }, 'cannot remove a deleted segment; the next start will'),
      )
    })
    this.#waiting.set(segment, timer)
  }

  /** Removes nothing more; returns what is left. */
  stop(): Segment[] {
    const left = [...this.#waiting.keys()]
    for (const timer of this.#waiting.values()) timer.cancel()
    this.#waiting.clear()
    return left
  }

  /** The directory was renamed. */
  moved(directory: string): void {
    for (const segment of this.#waiting.keys()) segment.moved(directory)
  }
}
