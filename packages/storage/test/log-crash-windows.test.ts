import fs from 'node:fs'
import { batchLayout } from '@logan/protocol'
import { expect, test } from 'vitest'
import { CoalescedWrite } from '../src/directory/coalesced-write.ts'
import { DiskError, type DiskFile, nodeDisk, writeFileAtomically } from '../src/index.ts'
import { encodeProducerSnapshot } from '../src/state/producer-snapshot.ts'
import { append, openLog, readAll, temporaryDirectory } from './log-testkit.ts'
import { WatchedDisk } from './watched-disk.ts'

const sync = { flushMode: 'sync' } as const
const segment = (offset: number): string => `${String(offset).padStart(20, '0')}.log`

test('a full segment is synced although nothing got into the next one, because the disk is full', async () => {
  const disk = new WatchedDisk()
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: { ...sync, segmentBytes: 100 } })
  append(log, { values: ['a'] })
  disk.events.length = 0
  disk.failures.push({ operation: 'write', suffix: segment(1), code: 'ENOSPC' })
  expect(() => append(log, { values: ['b'] })).toThrow('as told')
  await log.durable(1)
  expect(disk.events).toContain(`sync ${segment(0)}`)
  await log.close()
})

test('after a crash just behind a roll the full segment is synced, although the new one is empty', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  append(await openLog({ directory }), { values: ['a'] })
  fs.writeFileSync(`${directory}/${segment(1)}`, '')
  const disk = new WatchedDisk()
  const log = await openLog({ directory, disk, config: sync })
  expect(log.durableOffset).toBe(1)
  expect(disk.events).toContain(`sync ${segment(0)}`)
  await log.close()
})

test('what a killed process left in the directories is made durable along with the first records after it', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  append(await openLog({ directory }), { values: ['a'] })
  const disk = new WatchedDisk()
  const log = await openLog({ directory, disk, config: sync })
  append(log, { values: ['b'] })
  await log.durable(2)
  expect(disk.events).toContain('sync directory t-0')
  expect(disk.events.filter((event) => event.startsWith('sync directory'))).not.toHaveLength(1)
  await log.close()
})

test('a directory that has lost all segments gives no offset again that was durable', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  fs.mkdirSync(directory)
  const log = await openLog({ directory, recovery: { recoveryPoint: 100, logStartOffset: 20 } })
  expect(log.logEndOffset).toBe(100)
  await log.close()
})

test('a log that cannot be made durable at its opening fails as the disk did', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  append(await openLog({ directory }), { values: ['a'] })
  const disk = new WatchedDisk()
  disk.failures.push({ operation: 'sync', suffix: segment(0), code: 'EIO' })
  await expect(openLog({ directory, disk, config: sync })).rejects.toMatchObject({ name: 'DiskError', code: 'EIO' })
})

test('a producer id that has rotted does not keep a log from being opened', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const before = await openLog({ directory, config: { segmentBytes: 100 } })
  append(before, { values: ['a'], producerId: 7 })
  append(before, { values: ['b'], producerId: 7, baseSequence: 1 })
  await before.close()
  for (const name of fs.readdirSync(directory)) if (name.endsWith('.snapshot')) fs.rmSync(`${directory}/${name}`)
  const file = fs.openSync(`${directory}/${segment(0)}`, 'r+')
  fs.writeSync(file, Buffer.from([0x7f]), 0, 1, batchLayout.producerId)
  fs.closeSync(file)
  fs.writeFileSync(`${directory}/00000000000000000000.snapshot`, encodeProducerSnapshot([]))
  const log = await openLog({ directory, recovery: { clean: true, recoveryPoint: 2 } })
  await expect(readAll(log)).rejects.toMatchObject({ name: 'CorruptRange' })
  expect(await readAll(log, 1)).toEqual(['1: b'])
  await log.close()
})

test('deletes every partition of a topic with a long name', async () => {
  const parent = temporaryDirectory()
  const logs = await Promise.all([0, 1].map((index) => openLog({ directory: `${parent}/${'n'.repeat(249)}-${index}` })))
  for (const log of logs) await log.delete()
  expect(fs.readdirSync(parent).filter((name) => name.endsWith('-delete'))).toHaveLength(2)
})

test('writes of one file never overlap, whenever they are asked for', async () => {
  let running = 0
  let most = 0
  const file = new CoalescedWrite(async () => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
  })
  const asked: Promise<void>[] = []
  const ask = async (turns: number): Promise<void> => {
    await file.request()
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    await file.request()
  }
  for (let turns = 0; turns < 8; turns++) asked.push(ask(turns))
  await Promise.all(asked)
  expect(most).toBe(1)
})

test('a small file that cannot be written is closed all the same, or a full disk would use up the descriptors', async () => {
  const disk = new WatchedDisk()
  const directory = temporaryDirectory()
  let closed = 0
  disk.open = (path, how) => {
    const file = nodeDisk.open(path, how)
    const write = (): never => {
      throw new DiskError('write', path, 'ENOSPC', 'as told')
    }
    const close = (): void => {
      closed++
      file.close()
    }
    return { ...file, path, write, truncate: (size) => file.truncate(size), close } as DiskFile
  }
  await expect(writeFileAtomically(disk, `${directory}/small`, 'text')).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(closed).toBe(1)
})
