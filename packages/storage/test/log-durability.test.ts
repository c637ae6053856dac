import { expect, test } from 'vitest'
import { LogFailed } from '../src/index.ts'
import { append, openLog, readAll, temporaryDirectory } from './log-testkit.ts'
import { WatchedDisk } from './watched-disk.ts'

const sync = { flushMode: 'sync' } as const

test('a new log is durable only once its records, its directory and the one above are synced', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: sync })
  append(log, { values: ['a'] })
  disk.events.length = 0
  let eventsThen: string[] = []
  log.onDurable = () => {
    eventsThen = [...disk.events]
  }
  await log.durable(1)
  expect(eventsThen[0]).toBe('sync 00000000000000000000.log')
  expect(eventsThen).toContain('sync directory t-0')
  expect(eventsThen.filter((event) => event.startsWith('sync directory'))).toHaveLength(3)
  expect(eventsThen).toContain('sync leader-epoch-checkpoint.tmp')
  await log.close()
})

test('an append is one write and nothing else', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk })
  append(log, { values: ['a'] })
  disk.events.length = 0
  for (let index = 0; index < 100; index++) append(log, { values: ['x'.repeat(5000)] })
  expect(disk.events).toEqual(Array.from({ length: 100 }, () => 'write 00000000000000000000.log'))
  await log.close()
})

test('a reader who goes on where he stopped, up to what was made durable, needs no look at the disk', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: sync })
  let next = 0
  for (let round = 0; round < 10; round++) {
    for (let index = 0; index < 5; index++) append(log, { values: ['v'] })
    await log.durable(log.logEndOffset)
    append(log, { values: ['not durable yet'] })
    disk.readsNow = 0
    const range = log.read({ offset: next, maxBytes: 10_000, limitOffset: log.durableOffset, minOneBatch: true })!
    expect(disk.readsNow).toBe(0)
    expect(range.nextOffset).toBe(log.durableOffset)
    next = range.nextOffset
    range.release()
  }
  await log.close()
})

test('a full segment and its indexes are synced, and the directory, before anything in the next one counts as durable', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: { ...sync, segmentBytes: 100 } })
  append(log, { values: ['a'] })
  await log.durable(1)
  disk.events.length = 0
  append(log, { values: ['b'] })
  expect(log.durableOffset).toBe(1)
  let eventsThen: string[] | undefined
  log.onDurable = (offset) => {
    if (offset === 2) eventsThen ??= [...disk.events]
  }
  await log.durable(2)
  const syncs = eventsThen!.filter((event) => event.startsWith('sync'))
  expect(syncs).toEqual([
    'sync 00000000000000000000.log',
    'sync 00000000000000000000.index',
    'sync 00000000000000000000.timeindex',
    'sync 00000000000000000001.log',
    'sync directory t-0',
  ])
  await log.close()
})

test('what is appended while a sync runs waits for the next one', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: sync })
  append(log, { values: ['a'] })
  await log.durable(1)
  let open = (): void => undefined
  disk.gate = new Promise((resolve) => {
    open = resolve
  })
  append(log, { values: ['b'] })
  const first = log.durable(2)
  // The sync has begun once a turn of the loop has passed.
  await new Promise(setImmediate)
  append(log, { values: ['c'] })
  const second = log.durable(3)
  open()
  await first
  expect(log.durableOffset).toBe(2)
  await second
  expect(log.durableOffset).toBe(3)
  await log.close()
})

test('a failed sync is final: no appends, waiters are told, what was durable can be read', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: sync })
  append(log, { values: ['a'] })
  await log.durable(1)
  append(log, { values: ['b'] })
  disk.failures.push({ operation: 'sync', suffix: '.log', code: 'EIO' })
  await expect(log.durable(2)).rejects.toBeInstanceOf(LogFailed)
  await expect(log.durable(2)).rejects.toBeInstanceOf(LogFailed)
  expect(log.durableOffset).toBe(1)
  expect(log.failure).toMatchObject({ code: 'EIO' })
  expect(() => append(log, { values: ['c'] })).toThrow(LogFailed)
  expect(await readAll(log, 0, 1000, log.durableOffset)).toEqual(['0: a'])
  await log.close()
})

test('a full disk refuses one append; the next one may get in, and no torn batch is left between', async () => {
  const disk = new WatchedDisk()
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, disk })
  append(log, { values: ['a'] })
  disk.failures.push({ operation: 'write', suffix: '.log', code: 'ENOSPC' })
  expect(() => append(log, { values: ['lost'] })).toThrow(LogFailed)
  expect(log.failure).toBeUndefined()
  append(log, { values: ['b'] })
  expect(await readAll(log)).toEqual(['0: a', '1: b'])
  await log.close({ durably: false })
  const again = await openLog({ directory })
  expect(await readAll(again)).toEqual(['0: a', '1: b'])
  await again.close()
})

test('a disk that is full at a roll refuses one append, too', async () => {
  const disk = new WatchedDisk()
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, disk, config: { segmentBytes: 150 } })
  for (const value of ['a', 'b']) append(log, { values: [value] })
  for (const suffix of ['.timeindex', '.snapshot']) {
    disk.failures.push({ operation: 'write', suffix, code: 'ENOSPC' })
    expect(() => append(log, { values: ['lost'] })).toThrow(LogFailed)
    expect([log.failure, log.segmentCount, log.logEndOffset]).toEqual([undefined, 1, 2])
  }
  append(log, { values: ['c'] })
  expect(log.segmentCount).toBe(2)
  expect(await readAll(log)).toEqual(['0: a', '1: b', '2: c'])
  await log.close()
  expect(await openLog({ directory }).then(readAll)).toEqual(['0: a', '1: b', '2: c'])
})

test('a broken disk is final', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk })
  disk.failures.push({ operation: 'write', suffix: '.log', code: 'EIO' })
  expect(() => append(log, { values: ['lost'] })).toThrow(LogFailed)
  expect(() => append(log, { values: ['b'] })).toThrow(LogFailed)
  await log.close()
})

test('waiters of a deleted log are told', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: sync })
  append(log, { values: ['a'] })
  const waiting = expect(log.durable(1)).rejects.toBeInstanceOf(LogFailed)
  await log.delete()
  await waiting
})

test('a sync that recovery needs is done before a log is open', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory })
  append(log, { values: ['a'] })
  await log.close({ durably: false })
  const disk = new WatchedDisk()
  const again = await openLog({ directory, disk, config: sync })
  expect(disk.events).toContain('sync 00000000000000000000.log')
  expect(again.durableOffset).toBe(1)
  await again.close()
})
