import { expect, test } from 'vitest'
import { ChangeQueue } from '../../src/cluster/change-queue.ts'

test('changes run one after the other, also after one that failed', async () => {
  const queue = new ChangeQueue(10)
  const events: string[] = []
  const change =
    (name: string, fails = false) =>
    async () => {
      events.push(`${name} begins`)
      await Promise.resolve()
      events.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    }
  const settled = await Promise.allSettled([queue.run(change('a')), queue.run(change('b', true)), queue.run(change('c'))])
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('more than may wait are refused with an error that clients try again', async () => {
  const queue = new ChangeQueue(2)
  let finish = (): void => undefined
  const running = queue.run(() => new Promise<void>((resolve) => (finish = resolve)))
  const waiting = [queue.run(async () => 1), queue.run(async () => 2)]
  await expect(queue.run(async () => 3)).rejects.toMatchObject({ name: 'ChangeFailed', error: 'REQUEST_TIMED_OUT' })
  finish()
  await running
  expect(await Promise.all(waiting)).toEqual([1, 2])
  await queue.idle()
  expect(await queue.run(async () => 4)).toBe(4)
})
