import type { Clock, Logger, Timer } from '@logan/common'

export interface Chore {
  readonly name: string
  /** Asked anew each time: a config change takes effect at the next round. */
  readonly intervalMs: () => number
  readonly run: () => Promise<unknown>
}

/** The broker's regular chores (retention, checkpoints): each at its interval, never overlapping itself, a failure logged and tried again. */
export class Maintenance {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #timers = new Set<Timer>()
  readonly #running = new Set<Promise<void>>()
  #stopped = false

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  start(chore: Chore): void {
    if (this.#stopped) return
    const timer = this.#clock.setTimer(chore.intervalMs(), () => {
      this.#timers.delete(timer)
      const running = this.#round(chore)
      this.#running.add(running)
      void running.then(() => this.#running.delete(running))
    })
    this.#timers.add(timer)
  }

  /** Begins no more rounds, and resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) timer.cancel()
    await Promise.all(this.#running)
  }

  async #round(chore: Chore): Promise<void> {
    try {
      await chore.run()
    } catch (error) {
      this.#logger.error({ err: error, chore: chore.name }, 'a regular chore failed; it is tried again at its next time')
    }
    this.start(chore)
  }
}
