import type { Clock, Timer } from '@logan/common'

export interface IdleWatchOptions {
  readonly clock: Clock
  readonly limitMs: number
  /** Work in progress counts as activity. */
  readonly isWorking: () => boolean
  readonly onIdle: () => void
}

/** Tells when nothing happened for a time. Activity costs one read of the clock; the timer is set anew only when it fires. */
export class IdleWatch {
  readonly #options: IdleWatchOptions
  #lastActiveMs: number
  #timer: Timer

  constructor(options: IdleWatchOptions) {
    this.#options = options
    this.#lastActiveMs = options.clock.monotonic()
    this.#timer = options.clock.setTimer(options.limitMs, () => this.#check())
  }

  touch(): void {
    this.#lastActiveMs = this.#options.clock.monotonic()
  }

  stop(): void {
    this.#timer.cancel()
  }

  #check(): void {
    const { clock, limitMs, isWorking, onIdle } = this.#options
    if (isWorking()) this.touch()
    const leftMs = limitMs - (clock.monotonic() - this.#lastActiveMs)
    if (leftMs <= 0) onIdle()
    else this.#timer = clock.setTimer(leftMs, () => this.#check())
  }
}
