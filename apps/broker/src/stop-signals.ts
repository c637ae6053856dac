import type { Clock } from '@logan/common'

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'
const numbers: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** A terminal's Ctrl-C reaches the whole process group, and a parent that forwards it sends it again: within this time it is one signal. */
const sameSignalMs = 1_000

export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown
}

/** Resolves with the first signal to stop; a later one calls `force` with the exit code of a process killed by it. */
export function stopSignal(source: SignalSource, clock: Clock, force: (exitCode: number) => void): Promise<StopSignal> {
  return new Promise((resolve) => {
    let firstMs: number | undefined
    const listener = (signal: StopSignal): void => {
      if (firstMs === undefined) {
        firstMs = clock.monotonic()
        resolve(signal)
      } else if (clock.monotonic() - firstMs >= sameSignalMs) force(128 + numbers[signal])
    }
    for (const signal of Object.keys(numbers) as StopSignal[]) source.on(signal, listener)
  })
}
