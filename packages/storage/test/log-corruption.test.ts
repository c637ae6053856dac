import fs from 'node:fs'
import { RecordBatchView, setBaseOffset } from '@logan/protocol'
import { expect, test } from 'vitest'
import { CorruptRange, type Log } from '../src/index.ts'
import { append, openLog, readAll, temporaryDirectory } from './log-testkit.ts'

const records = ['0: a', '1: b', '2: c', '3: d', '4: e', '5: f', '6: g']

/** Six batches of one record in a full segment, stopped cleanly: the next opening checks nothing by itself. */
async function sixBatches(): Promise<{ directory: string; path: string; size: number }> {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory, config: { segmentBytes: 6 * 69 } })
  for (const value of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) append(log, { values: [value] })
  const size = log.sizeInBytes / 7
  await log.close()
  return { directory, path: `${directory}/00000000000000000000.log`, size }
}

function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = fs.readFileSync(path)
  edit(bytes)
  fs.writeFileSync(path, bytes)
}

/** One batch per read, as far as they are good. */
async function readUntilCorrupt(log: Log): Promise<{ lines: string[]; corruptAt: number | undefined }> {
  const lines: string[] = []
  for (let next = 0; next < log.logEndOffset; ) {
    const range = log.read({ offset: next, maxBytes: 1, limitOffset: log.logEndOffset, minOneBatch: true })!
    try {
      lines.push(`${next}: ${(await range.bytes()).subarray(67, 68).toString()}`)
      next = range.nextOffset
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptRange)
      return { lines, corruptAt: next }
    } finally {
      range.release()
    }
  }
  return { lines, corruptAt: undefined }
}

test('any changed byte is found when it is first read, and what is before it is served', async () => {
  const { directory, path, size } = await sixBatches()
  const good = fs.readFileSync(path)
  for (let at = 0; at < size; at++) {
    const isEpoch = at >= 12 && at < 16
    change(path, (bytes) => {
      good.copy(bytes)
      bytes[2 * size + at]! ^= 0x10
    })
    const log = await openLog({ directory, recovery: { clean: true } })
    const { lines, corruptAt } = await readUntilCorrupt(log)
    expect(lines).toEqual(records.slice(0, corruptAt ?? 7))
    // A base offset that is off shows at the batch before it, which it does not follow.
    if (isEpoch) expect(corruptAt).toBeUndefined()
    else expect(corruptAt).toBeOneOf([1, 2])
    await log.close({ durably: false })
  }
})

test('offsets that do not go on are found although the checksums are right', async () => {
  const { directory, path, size } = await sixBatches()
  change(path, (bytes) => setBaseOffset(new RecordBatchView(bytes, 3 * size), 4))
  const log = await openLog({ directory, recovery: { clean: true } })
  await expect(readAll(log, 0)).rejects.toBeInstanceOf(CorruptRange)
  await expect(readAll(log, 3)).rejects.toBeInstanceOf(CorruptRange)
  expect(await readAll(log, 5)).toEqual(['5: f', '6: g'])
  await log.close({ durably: false })
})

test('a compacted log may have gaps, when it is said so', async () => {
  const { directory, path, size } = await sixBatches()
  change(path, (bytes) => bytes.copy(bytes, 2 * size, 3 * size))
  fs.truncateSync(path, 5 * size)
  const kept = ['0: a', '1: b', '3: d', '4: e', '5: f', '6: g']
  for (const clean of [true, false]) {
    const log = await openLog({ directory, config: { mayHaveGaps: true }, recovery: { clean } })
    expect(await readAll(log, 0, 100)).toEqual(kept)
    expect(await readAll(log, 2, 1000)).toEqual(kept.slice(2))
    await log.close()
  }
})

test('each byte is checked once: what was served stays served', async () => {
  const { directory, path, size } = await sixBatches()
  const log = await openLog({ directory, recovery: { clean: true } })
  expect(await readAll(log, 0)).toEqual(records)
  change(path, (bytes) => {
    bytes[2 * size + size - 2]! = 'x'.charCodeAt(0)
  })
  expect((await readAll(log, 0))[2]).toBe('2: x')
  await log.close({ durably: false })
})

test('what this process appended was checked then', async () => {
  const directory = `${temporaryDirectory()}/t-0`
  const log = await openLog({ directory })
  append(log, { values: ['a'] })
  change(`${directory}/00000000000000000000.log`, (bytes) => {
    bytes[67] = 'x'.charCodeAt(0)
  })
  expect(await readAll(log)).toEqual(['0: x'])
  await log.close({ durably: false })
})

test('a file that was cut short under a running log is an error, not an end', async () => {
  const { directory, path, size } = await sixBatches()
  const log = await openLog({ directory, recovery: { clean: true } })
  fs.truncateSync(path, 2 * size)
  await expect(readAll(log, 0)).rejects.toBeInstanceOf(CorruptRange)
  await expect(readAll(log, 4)).rejects.toBeInstanceOf(CorruptRange)
  await log.close({ durably: false })
})

test('look-ups by time refuse a rotten batch', async () => {
  const { directory, path, size } = await sixBatches()
  change(path, (bytes) => {
    bytes[size - 2]! ^= 1
  })
  const log = await openLog({ directory, recovery: { clean: true } })
  await expect(log.offsetForTimestamp(0, 6)).rejects.toBeInstanceOf(CorruptRange)
  await log.close({ durably: false })
})
