/**
 * Micro-benchmark of the log on a temporary directory: run it with `node -C @logan/source packages/storage/bench/log.bench.ts`.
 *
 * Prints microseconds per operation, the best of several rounds. Numbers with machine and date are in docs/design/0003-storage.md.
 */
import { silentLogger, systemClock } from '@logan/common'
import { buildBatch } from '@logan/protocol'
import { type CheckedBatch, defaultLogConfig, Log, type LogConfig, nodeDisk, SyncScheduler } from '../src/index.ts'

const directory = nodeDisk.makeTemporaryDirectory()
const syncs = new SyncScheduler()
let logs = 0

function openLog(config: Partial<LogConfig>): Promise<Log> {
  return Log.open({
    disk: nodeDisk,
    directory: `${directory}/bench-${logs++}`,
    topicId: 'AQIDBAUGBwgJCgsMDQ4PEA',
    clock: systemClock,
    logger: silentLogger,
    config: { ...defaultLogConfig, maxMessageBytes: 2 ** 24, ...config },
    syncs,
    recovery: { clean: true, recoveryPoint: 0, logStartOffset: 0 },
  })
}

/** A batch of records of 100 bytes, fresh for each append, as a request brings it. */
function batchOf(size: number): () => Buffer {
  const records = Array.from({ length: Math.max(1, Math.round(size / 110)) }, () => ({
    value: Buffer.alloc(100, 7),
    timestamp: Date.now(),
  }))
  const template = buildBatch({ records })
  return () => Buffer.from(template)
}

async function best(rounds: number, operations: number, work: () => Promise<void> | void): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    await work()
    least = Math.min(least, ((performance.now() - start) * 1000) / operations)
  }
  return least
}

function print(name: string, microseconds: number, bytes?: number): void {
  const rate = bytes === undefined ? '' : `${Math.round(bytes / microseconds)} MB/s`
  console.log(`${name.padEnd(58)} ${microseconds.toFixed(1).padStart(9)} us  ${rate}`)
}

async function appends(size: number, operations: number): Promise<void> {
  const next = batchOf(size)
  const log = await openLog({ flushMode: 'os' })
  const batches = Array.from({ length: operations }, next)
  const checks = await best(3, operations, () => {
    for (const batch of batches) void log.check(batch, 'controller')
  })
  print(`check of a batch of ${size} bytes, header and CRC`, checks, size)
  const appended = await best(3, operations, () => {
    for (const bytes of batches) log.append(log.check(bytes, 'controller') as CheckedBatch, 0)
  })
  print(`append of ${size} bytes, with that check`, appended, size)
  await log.close({ durably: false })
}

async function durableAppends(inFlight: number): Promise<void> {
  const next = batchOf(1024)
  const log = await openLog({ flushMode: 'sync' })
  const operations = inFlight * 50
  const each = await best(3, operations, async () => {
    for (let done = 0; done < operations; done += inFlight) {
      const waits: Promise<void>[] = []
      for (let index = 0; index < inFlight; index++) {
        log.append(log.check(next(), 'controller') as CheckedBatch, 0)
        waits.push(log.durable(log.logEndOffset))
      }
      await Promise.all(waits)
    }
  })
  print(`append of 1 KiB made durable, ${inFlight} in flight`, each)
  await log.close({ durably: false })
}

async function reads(): Promise<void> {
  const log = await openLog({ flushMode: 'os', segmentBytes: 64 * 2 ** 20 })
  const next = batchOf(16 * 1024)
  const ends: number[] = []
  while (log.sizeInBytes < 128 * 2 ** 20) {
    log.append(log.check(next(), 'controller') as CheckedBatch, 0)
    ends.push(log.logEndOffset)
  }
  const limitOffset = log.logEndOffset
  const readAll = async (maxBytes: number, bytes: boolean): Promise<number> => {
    let count = 0
    for (let offset = 0; offset < limitOffset; count++) {
      const range = log.read({ offset, maxBytes, limitOffset, minOneBatch: true })!
      if (bytes) await range.bytes()
      offset = range.nextOffset
      range.release()
    }
    return count
  }
  for (const maxBytes of [64 * 1024, 2 ** 20]) {
    const ranges = await readAll(maxBytes, false)
    print(
      `find a range of ${maxBytes} bytes, one after the other`,
      await best(3, ranges, async () => void (await readAll(maxBytes, false))),
    )
    print(`find and read ${maxBytes} bytes`, await best(3, ranges, async () => void (await readAll(maxBytes, true))), maxBytes)
  }
  const random = await best(3, 2000, () => {
    for (let index = 0; index < 2000; index++) {
      const offset = ends[(index * 7919) % (ends.length - 1)]! + 3
      log.read({ offset, maxBytes: 64 * 1024, limitOffset, minOneBatch: true })!.release()
    }
  })
  print('find a range of 65536 bytes anywhere', random)
  const tail = await best(3, 2000, () => {
    for (let index = 0; index < 2000; index++) {
      const offset = log.logEndOffset
      log.append(log.check(next(), 'controller') as CheckedBatch, 0)
      log.read({ offset, maxBytes: 2 ** 20, limitOffset: log.logEndOffset, minOneBatch: true })!.release()
    }
  })
  print('append 16 KiB, then find it at the end', tail)
  await log.close({ durably: false })
}

// The first new file after a start is written slowly; that is no matter of the log.
const warm = nodeDisk.open(`${directory}/warm`, 'create')
for (let index = 0; index < 256; index++) warm.write(index * 2 ** 20, [Buffer.alloc(2 ** 20, 1)])
warm.close()
await nodeDisk.remove(`${directory}/warm`)

await appends(1024, 5000)
await appends(64 * 1024, 1000)
await appends(1024 * 1024, 100)
for (const inFlight of [1, 16, 64]) await durableAppends(inFlight)
await reads()
await nodeDisk.removeDirectory(directory)
