import { expect, test, vi } from 'vitest'
import { delay, systemClock } from '../src/clock.ts'
import { ManualClock } from '../src/manual-clock.ts'

test('a manual clock fires what falls due, by time, then by order of setting', () => {
  const clock = new ManualClock(1_000)
  const fired: string[] = []
  clock.setTimer(20, () => fired.push(`second at ${clock.now()}`))
  clock.setTimer(10, () => fired.push(`first at ${clock.now()}`))
  clock.setTimer(20, () => fired.push(`third at ${clock.now()}`))
  clock.setTimer(21, () => fired.push('never'))
  clock.advance(20)
  expect(fired).toEqual(['first at 1010', 'second at 1020', 'third at 1020'])
  expect([clock.now(), clock.monotonic()]).toEqual([1_020, 20])
})

test('timers set while time moves count, cancelled ones do not', () => {
  const clock = new ManualClock()
  const fired: string[] = []
  const cancelled = clock.setTimer(5, () => fired.push('cancelled'))
  clock.setTimer(1, () => {
    cancelled.cancel()
    clock.setTimer(1, () => fired.push('set on the way'))
  })
  clock.advance(10)
  expect(fired).toEqual(['set on the way'])
})

test('a delay ends with the clock it was given', async () => {
  const clock = new ManualClock()
  const ended = vi.fn()
  const waiting = delay(clock, 100).then(ended)
  clock.advance(99)
  await Promise.resolve()
  expect(ended).not.toHaveBeenCalled()
  clock.advance(1)
  await waiting
  expect(ended).toHaveBeenCalledOnce()
})

test('a delay beyond what setTimeout can count does not end at once', () => {
  vi.useFakeTimers()
  try {
    const fired = vi.fn()
    const timer = systemClock.setTimer(2 ** 40, fired)
    vi.advanceTimersByTime(60_000)
    expect(fired).not.toHaveBeenCalled()
    timer.cancel()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
