import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GroupCommit } from '../src/log/group-commit.ts'
import { SyncScheduler } from '../src/log/sync-scheduler.ts'

/** Lets everything run that waits for nothing but its turn. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

interface RunningSync {
  /** The end of the log when it began. */
  readonly covers: number
  readonly end: (error?: Error) => void
}

/** A log of which only the end matters, whose syncs end when told. */
class FakeLog {
  end = 0
  running: RunningSync[] = []
  readonly durable: number[] = []
  readonly commit: GroupCommit

  constructor(syncs: SyncScheduler) {
    this.commit = new GroupCommit({
      syncs,
      durableOffset: 0,
      logEndOffset: () => this.end,
      sync: () =>
        new Promise((resolve, reject) => {
          this.running.push({ covers: this.end, end: (error) => (error === undefined ? resolve() : reject(error)) })
        }),
      onDurable: (offset) => void this.durable.push(offset),
      onFailure: (error) => new Error('failed', { cause: error }),
    })
  }

  endSync(error?: Error): RunningSync | undefined {
    const sync = this.running.shift()
    sync?.end(error)
    return sync
  }
}

test('whoever waits goes on after the first sync that began after his append, and never before', async () => {
  const step = fc.constantFrom('append', 'wait', 'turn', 'sync ends')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const log = new FakeLog(new SyncScheduler())
      let synced = 0
      let waiting = 0
      for (const each of steps) {
        if (each === 'append') log.end++
        if (each === 'turn') await settle()
        if (each === 'sync ends') synced = log.endSync()?.covers ?? synced
        if (each === 'wait') {
          const offset = log.end
          waiting++
          void log.commit.durable(offset).then(() => {
            waiting--
            expect(synced).toBeGreaterThanOrEqual(offset)
            expect(log.commit.durableOffset).toBeGreaterThanOrEqual(offset)
          })
        }
        expect(log.running.length).toBeLessThanOrEqual(1)
        expect(log.commit.durableOffset).toBeLessThanOrEqual(synced)
      }
      // Two more syncs are enough for everyone: the one that runs, and one that covers the rest.
      for (let round = 0; round < 2; round++) {
        await settle()
        synced = log.endSync()?.covers ?? synced
      }
      await settle()
      expect([waiting, log.running.length]).toEqual([0, 0])
      expect(log.durable).toEqual([...log.durable].sort((a, b) => a - b))
    }),
    { numRuns: 200 },
  )
})

test('a failure is for all who wait, and for all who come', async () => {
  const log = new FakeLog(new SyncScheduler())
  log.end = 1
  const first = log.commit.durable(1)
  await settle()
  log.end = 2
  const second = log.commit.durable(2)
  log.endSync(new Error('EIO'))
  await expect(first).rejects.toThrow('failed')
  await expect(second).rejects.toThrow('failed')
  await expect(log.commit.durable(2)).rejects.toThrow('failed')
  expect([log.running.length, log.commit.durableOffset]).toEqual([0, 0])
})

test('so many logs sync at once, the others in the order in which they asked', async () => {
  const syncs = new SyncScheduler(2)
  const logs = Array.from({ length: 5 }, () => new FakeLog(syncs))
  const running = (): number[] => logs.flatMap((log, index) => (log.running.length === 0 ? [] : [index]))
  for (const log of logs) {
    log.end = 1
    void log.commit.durable(1)
  }
  await settle()
  expect(running()).toEqual([0, 1])
  logs[1]!.endSync()
  await settle()
  expect(running()).toEqual([0, 2])
  logs[1]!.end = 2
  void logs[1]!.commit.durable(2)
  for (const [ends, then] of [
    [0, [2, 3]],
    [2, [3, 4]],
    [3, [1, 4]],
  ] as const) {
    logs[ends]!.endSync()
    await settle()
    expect(running()).toEqual(then)
  }
  for (const log of logs) log.endSync()
})
