import fs from 'node:fs'
import { crc32 } from '@logan/protocol'
import { expect, test } from 'vitest'
import { CorruptRange, type Log } from '../src/index.ts'
import { append, openLog, readAll, temporaryDirectory } from './log-testkit.ts'

const first = '00000000000000000000.log'

/** Three batches, and where each of them ends. */
async function threeBatches(directory: string): Promise<number[]> {
  const log = await openLog({ directory })
  const ends: number[] = []
  for (const values of [['a'], ['b', 'c'], ['d']]) {
    append(log, { values, producerId: 9, baseSequence: log.logEndOffset }, 4)
    ends.push(log.sizeInBytes)
  }
  await log.close({ durably: false })
  return ends
}

async function closed<T>(log: Log, use: (log: Log) => T | Promise<T>): Promise<T> {
  const result = await use(log)
  await log.close({ durably: false })
  return result
}

test('cut at any byte, the log keeps the whole batches before the cut', async () => {
  const base = temporaryDirectory()
  const ends = await threeBatches(`${base}/t-0`)
  const bytes = fs.readFileSync(`${base}/t-0/${first}`)
  const records = ['0: a', '1: b', '2: c', '3: d']
  const counts = [0, 1, 3, 4]
  for (let size = 0; size <= bytes.length; size++) {
    const directory = `${base}/cut-0`
    fs.rmSync(directory, { recursive: true, force: true })
    fs.mkdirSync(directory)
    fs.writeFileSync(`${directory}/${first}`, bytes.subarray(0, size))
    const batches = ends.filter((end) => end <= size).length
    const kept = records.slice(0, counts[batches])
    await closed(await openLog({ directory }), async (log) => {
      expect(await readAll(log)).toEqual(kept)
      expect(log.sizeInBytes).toBe(ends[batches - 1] ?? 0)
      expect(log.activeProducers().map(({ batches: known }) => known.at(-1)?.lastOffset)).toEqual(batches === 0 ? [] : [kept.length - 1])
      expect(log.leaderEpochs.latest()).toEqual(batches === 0 ? undefined : { epoch: 4, startOffset: 0 })
      append(log, { values: ['next'] })
    })
    await closed(await openLog({ directory }), async (log) => expect(await readAll(log)).toEqual([...kept, `${kept.length}: next`]))
  }
})

test('with any byte of the tail changed, nothing wrong is served', async () => {
  const base = temporaryDirectory()
  const ends = await threeBatches(`${base}/t-0`)
  const bytes = fs.readFileSync(`${base}/t-0/${first}`)
  for (let at = ends[1]!; at < bytes.length; at++) {
    const directory = `${base}/rot-0`
    fs.rmSync(directory, { recursive: true, force: true })
    fs.mkdirSync(directory)
    const rotten = Buffer.from(bytes)
    rotten[at]! ^= 0x55
    fs.writeFileSync(`${directory}/${first}`, rotten)
    // The leader epoch is the one field that neither the checksum nor continuity covers.
    const isEpoch = at >= ends[1]! + 12 && at < ends[1]! + 16
    const kept = ['0: a', '1: b', '2: c', ...(isEpoch ? ['3: d'] : [])]
    await closed(await openLog({ directory }), async (log) => expect(await readAll(log)).toEqual(kept))
  }
})

test('a full segment that was not durable is cut, and what follows it goes', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const config = { segmentBytes: 150 }
  const log = await openLog({ directory, config })
  for (let index = 0; index < 6; index++) append(log, { values: [`${index}`] })
  expect(log.segmentCount).toBe(3)
  await log.close({ durably: false })
  fs.truncateSync(`${directory}/00000000000000000002.log`, 100)
  await closed(await openLog({ directory, config }), async (again) => {
    expect(await readAll(again)).toEqual(['0: 0', '1: 1', '2: 2'])
    append(again, { values: ['new'] })
  })
  await closed(await openLog({ directory, config }), async (again) => expect(await readAll(again)).toHaveLength(4))
})

test('leader epochs end with the log that was cut', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, config: { flushMode: 'sync' } })
  append(log, { values: ['a'] }, 1)
  append(log, { values: ['b'] }, 2)
  await log.durable(2)
  const { sizeInBytes } = log
  await log.close({ durably: false })
  fs.truncateSync(`${directory}/${first}`, sizeInBytes - 1)
  await closed(await openLog({ directory }), (again) => {
    expect(again.logEndOffset).toBe(1)
    expect(again.leaderEpochs.latest()).toEqual({ epoch: 1, startOffset: 0 })
  })
})

test('a segment below the recovery point is neither read nor cut; what has rotted in it is refused to readers', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const config = { segmentBytes: 150 }
  const log = await openLog({ directory, config })
  for (let index = 0; index < 6; index++) append(log, { values: [`${index}`] })
  await log.close()
  const file = fs.openSync(`${directory}/${first}`, 'r+')
  fs.writeSync(file, Buffer.from([0xff]), 0, 1, 75 + 65)
  fs.closeSync(file)
  const again = await openLog({ directory, config, recovery: { recoveryPoint: 4 } })
  expect(again.logEndOffset).toBe(6)
  expect(await readAll(again, 2)).toHaveLength(4)
  await expect(readAll(again, 1)).rejects.toBeInstanceOf(CorruptRange)
  await again.close()
})

test('what was durable is never cut: a rotten batch in the middle stays, an unreadable end refuses the log', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const ends = await threeBatches(directory)
  const bytes = fs.readFileSync(`${directory}/${first}`)
  const rotten = Buffer.from(bytes)
  rotten[ends[0]! + 65]! ^= 1
  fs.writeFileSync(`${directory}/${first}`, rotten)
  await closed(await openLog({ directory, recovery: { recoveryPoint: 4 } }), async (log) => {
    expect(log.logEndOffset).toBe(4)
    expect(await readAll(log, 3)).toEqual(['3: d'])
    await expect(readAll(log, 0)).rejects.toBeInstanceOf(CorruptRange)
  })
  fs.truncateSync(`${directory}/${first}`, bytes.length - 1)
  await expect(openLog({ directory, recovery: { recoveryPoint: 4 } })).rejects.toMatchObject({ code: 'EBADMSG' })
})

test('offsets that were durable are not given again, even if their records are gone', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const ends = await threeBatches(directory)
  fs.truncateSync(`${directory}/${first}`, ends[1]!)
  const log = await openLog({ directory, recovery: { recoveryPoint: 4 } })
  expect(append(log, { values: ['new'] })).toBe(4)
  await expect(readAll(log, 3)).rejects.toBeInstanceOf(CorruptRange)
  expect(await readAll(log, 4)).toEqual(['4: new'])
  await log.close()
})

test('a log that ends before its start begins anew there', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  await threeBatches(directory)
  const log = await openLog({ directory, recovery: { logStartOffset: 10 } })
  expect([log.logStartOffset, log.logEndOffset, log.sizeInBytes]).toEqual([10, 10, 0])
  expect(append(log, { values: ['new'] })).toBe(10)
  await log.close()
})

test('messages from before Kafka 0.11 are not taken for a torn tail', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  fs.mkdirSync(directory)
  // Magic 1, by the book: offset, size, CRC-32, magic, attributes, timestamp, no key, a value.
  const covered = Buffer.concat([
    Buffer.from([1, 0]),
    Buffer.alloc(8),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2]),
    Buffer.from('hi'),
  ])
  const head = Buffer.alloc(16)
  head.writeInt32BE(covered.length + 4, 8)
  head.writeUInt32BE(crc32(covered), 12)
  fs.writeFileSync(`${directory}/${first}`, Buffer.concat([head, covered]))
  await expect(openLog({ directory })).rejects.toMatchObject({ code: 'EBADMSG' })
  expect(fs.statSync(`${directory}/${first}`).size).toBe(head.length + covered.length)
})

test('files that a stop left half done are removed', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  await threeBatches(directory)
  const leftovers = [`${first}.deleted`, '00000000000000000000.log.cleaned', 'leader-epoch-checkpoint.tmp']
  for (const name of leftovers) fs.writeFileSync(`${directory}/${name}`, 'x')
  await closed(await openLog({ directory }), () => expect(fs.readdirSync(directory)).not.toEqual(expect.arrayContaining(leftovers)))
})

test('a log that is closed touches the disk no more', async () => {
  const { WatchedDisk } = await import('./watched-disk.ts')
  const disk = new WatchedDisk()
  let removals = 0
  const remove = disk.remove.bind(disk)
  disk.remove = async (target) => {
    removals++
    await new Promise((soon) => setImmediate(soon))
    await remove(target)
    removals--
  }
  const log = await openLog({ directory: `${temporaryDirectory()}/t-0`, disk, config: { segmentBytes: 300 } })
  for (let index = 0; index < 20; index++) append(log, { values: ['v'], producerId: 1, baseSequence: index })
  expect(removals).toBeGreaterThan(0)
  await log.close({ durably: false })
  expect(removals).toBe(0)
})

test.each(['snapshots as they are', 'the newest spoilt', 'all spoilt', 'none'])('producers are known again (%s)', async (snapshots) => {
  const directory = `${temporaryDirectory()}/t-0`
  const config = { segmentBytes: 300 }
  const log = await openLog({ directory, config })
  for (let index = 0; index < 20; index++)
    append(log, { values: ['v'], producerId: 100 + (index % 3), baseSequence: Math.floor(index / 3) })
  await log.close({ durably: false })
  const names = fs.readdirSync(directory).filter((name) => name.endsWith('.snapshot'))
  expect(names.length).toBeGreaterThan(1)
  const spoilt = snapshots === 'the newest spoilt' ? names.slice(-1) : snapshots === 'all spoilt' ? names : []
  for (const name of spoilt) fs.writeFileSync(`${directory}/${name}`, 'spoilt')
  if (snapshots === 'none') for (const name of names) fs.rmSync(`${directory}/${name}`)
  await closed(await openLog({ directory, config, recovery: { recoveryPoint: 20 } }), (again) => {
    expect(append(again, { values: ['v'], producerId: 100, baseSequence: 6 })).toBe(18)
    expect(append(again, { values: ['v'], producerId: 101, baseSequence: 7 })).toBe(20)
  })
})

test('after a clean stop only the end is read', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, config: { segmentBytes: 100_000, indexIntervalBytes: 1000 } })
  for (let index = 0; index < 300; index++) append(log, { values: ['x'.repeat(900)], producerId: 1, baseSequence: index })
  await log.close()
  let bytesRead = 0
  const { WatchedDisk } = await import('./watched-disk.ts')
  const disk = new WatchedDisk()
  const open = disk.open.bind(disk)
  disk.open = (target, how) => {
    const file = open(target, how)
    const count = (bytes: number): number => {
      if (target.endsWith('.log')) bytesRead += bytes
      return bytes
    }
    return Object.assign(Object.create(file), {
      readNow: (buffer: Uint8Array, position: number) => count(file.readNow(buffer, position)),
      read: async (buffer: Uint8Array, position: number) => count(await file.read(buffer, position)),
    })
  }
  const again = await openLog({ directory, disk, recovery: { clean: true } })
  expect(again.logEndOffset).toBe(300)
  expect(again.activeProducers()).toHaveLength(1)
  expect(bytesRead).toBeLessThan(20_000)
  await again.close()
})
