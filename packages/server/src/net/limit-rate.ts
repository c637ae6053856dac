import type { Clock } from '@logan/common'

const quietMs = 10_000

/** Lets one log line through, then none for 10 s; the next one says how many were held back. */
export function limitRate(clock: Clock, log: (details: object, message: string) => void): (details: object, message: string) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY
  let heldBack = 0
  return (details, message) => {
    if (clock.monotonic() < quietUntilMs) {
      heldBack++
      return
    }
    quietUntilMs = clock.monotonic() + quietMs
    log(heldBack > 0 ? { ...details, heldBack } : details, message)
    heldBack = 0
  }
}
