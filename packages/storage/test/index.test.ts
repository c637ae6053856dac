import fs from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeDisk } from '../src/index.ts'
import { IndexFile } from '../src/segment/index-file.ts'
import { OffsetIndex, offsetEntrySize } from '../src/segment/offset-index.ts'
import { append, openLog, readAll, startMs, temporaryDirectory } from './log-testkit.ts'

test('.index and .timeindex have the bytes that Kafka writes', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, config: { indexIntervalBytes: 150, segmentBytes: 1000 } })
  // About 100 bytes a batch, so every other batch gets an entry, with its last offset; timestamps rise, fall and rise.
  for (const [index, timestampMs] of [5, 3, 9, 8, 7, 20].entries())
    append(log, { values: ['a', 'b'].map((value) => value.repeat(10 + index)), timestampMs: startMs + timestampMs })
  await log.close()
  const positions = [0]
  const bytes = fs.readFileSync(`${directory}/00000000000000000000.log`)
  while (positions.at(-1)! < bytes.length) positions.push(positions.at(-1)! + 12 + bytes.readInt32BE(positions.at(-1)! + 8))
  const offsets = Buffer.alloc(16)
  for (const [at, value] of [5, positions[2]!, 9, positions[4]!].entries()) offsets.writeInt32BE(value, 4 * at)
  expect(fs.readFileSync(`${directory}/00000000000000000000.index`)).toEqual(offsets)
  // Max timestamps are those of the second record, a millisecond later. The last entry comes with the closing.
  const times = Buffer.alloc(24)
  times.writeBigInt64BE(BigInt(startMs + 10), 0)
  times.writeInt32BE(5, 8)
  times.writeBigInt64BE(BigInt(startMs + 21), 12)
  times.writeInt32BE(11, 20)
  expect(fs.readFileSync(`${directory}/00000000000000000000.timeindex`)).toEqual(times)
})

test('an index finds what a walk over its entries finds, whatever is in the file and what in memory', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 1500 }),
      fc.integer({ min: 0, max: 1500 }),
      fc.array(fc.nat(8000), { maxLength: 20 }),
      (steps, flushAt, targets) => {
        const path = `${temporaryDirectory()}/x.index`
        const index = new OffsetIndex(new IndexFile(nodeDisk, path, offsetEntrySize, 'create'), 1000)
        const entries: { offset: number; position: number }[] = []
        for (const [at, step] of steps.entries()) {
          const before = entries.at(-1) ?? { offset: 1000, position: 0 }
          const entry = { offset: before.offset + step, position: before.position + 100 * step }
          entries.push(entry)
          index.append(entry)
          if (at === flushAt) index.file.flush()
        }
        expect(index.file.count).toBe(entries.length)
        expect(index.last()).toEqual(entries.at(-1))
        for (const target of targets) {
          expect(index.atOrBefore(1000 + target)).toEqual(entries.findLast(({ offset }) => offset <= 1000 + target))
          expect(index.atOrBeforePosition(100 * target)).toEqual(entries.findLast(({ position }) => position <= 100 * target))
        }
        index.file.flush()
        index.file.close()
        const reopened = new OffsetIndex(new IndexFile(nodeDisk, path, offsetEntrySize, 'existing'), 1000)
        expect(reopened.last()).toEqual(entries.at(-1))
        reopened.file.close()
      },
    ),
    { numRuns: 30 },
  )
})

const spoilings: Record<string, (path: string) => void> = {
  missing: (path) => fs.rmSync(path),
  empty: (path) => fs.truncateSync(path, 0),
  'cut in half': (path) => fs.truncateSync(path, Math.floor(fs.statSync(path).size / 24) * 12 - (path.endsWith('.index') ? 4 : 0)),
  ragged: (path) => fs.truncateSync(path, fs.statSync(path).size - 3),
  'all zeros, as preallocated': (path) => fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size)),
  'all ones': (path) => fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size, 0xff)),
  'of another log': (path) => fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size, 1)),
}

test.each(Object.keys(spoilings))('indexes that are %s are built anew, from the records', async (how) => {
  const directory = `${temporaryDirectory()}/t-0`
  const config = { indexIntervalBytes: 200, segmentBytes: 20_000 }
  const log = await openLog({ directory, config })
  for (let index = 0; index < 560; index++) append(log, { values: [`${index}`], timestampMs: startMs + index })
  await log.close()
  const names = fs.readdirSync(directory).filter((name) => name.endsWith('index'))
  const before = names.map((name) => fs.readFileSync(`${directory}/${name}`))
  for (const name of names) spoilings[how]!(`${directory}/${name}`)
  const again = await openLog({ directory, config, recovery: { clean: true } })
  for (const at of [0, 1, 299, 300, 559]) {
    expect((await readAll(again, at, 1000))[0]).toBe(`${at}: ${at}`)
    expect(await again.offsetForTimestamp(startMs + at, 560)).toMatchObject({ offset: at })
  }
  expect(await again.offsetOfMaxTimestamp(560)).toMatchObject({ offset: 559 })
  await again.close()
  expect(names.map((name) => fs.readFileSync(`${directory}/${name}`).equals(before[names.indexOf(name)]!))).toEqual(names.map(() => true))
})

test('a time index that was cut is found out although the other one is whole', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const config = { indexIntervalBytes: 200, segmentBytes: 20_000 }
  const log = await openLog({ directory, config })
  for (let index = 0; index < 400; index++) append(log, { values: [`${index}`], timestampMs: startMs + index })
  await log.close()
  const path = `${directory}/00000000000000000000.timeindex`
  const before = fs.readFileSync(path)
  fs.truncateSync(path, 120)
  const again = await openLog({ directory, config, recovery: { clean: true } })
  expect(await again.offsetForTimestamp(startMs + 250, 400)).toMatchObject({ offset: 250 })
  await again.close()
  expect(fs.readFileSync(path)).toEqual(before)
})

test('an entry in the middle that leads to no batch is found out when it is used', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const config = { indexIntervalBytes: 200, segmentBytes: 20_000 }
  const log = await openLog({ directory, config })
  for (let index = 0; index < 200; index++) append(log, { values: [`${index}`] })
  await log.close()
  const path = `${directory}/00000000000000000000.index`
  const bytes = fs.readFileSync(path)
  for (let at = 4; at < bytes.length - 8; at += 8) bytes.writeInt32BE(bytes.readInt32BE(at) + 5, at)
  fs.writeFileSync(path, bytes)
  const again = await openLog({ directory, config, recovery: { clean: true } })
  expect(await readAll(again, 77, 500)).toHaveLength(123)
  await again.close()
})

test('what was in memory of an index is there after a stop that left it unwritten', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, config: { indexIntervalBytes: 100 } })
  for (let index = 0; index < 100; index++) append(log, { values: [`${index}`] })
  await log.close({ durably: false })
  expect(fs.existsSync(`${directory}/00000000000000000000.index`)).toBe(false)
  const again = await openLog({ directory, config: { indexIntervalBytes: 100 } })
  expect(await readAll(again, 50, 100)).toHaveLength(50)
  await again.close()
  expect(fs.statSync(`${directory}/00000000000000000000.index`).size).toBe(49 * 8)
})
