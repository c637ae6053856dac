/** A timer that has been set. `cancel` is idempotent. */
export interface Timer {
  cancel(): void
}

/** Time as the broker sees it. Comes in through constructors, so that a simulation decides what time it is. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump. */
  now(): number
  /** Monotonic milliseconds (fractional) from an arbitrary origin, for measuring spans. */
  monotonic(): number
  /** Calls `callback` once after at least `delayMs` (0 or more). The timer does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** setTimeout turns a longer delay into 1 ms. */
const longestDelayMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), longestDelayMs)).unref()
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Resolves after `delayMs` of the clock's time. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, resolve)
  })
}
