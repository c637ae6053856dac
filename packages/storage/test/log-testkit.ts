import { ManualClock, silentLogger } from '@logan/common'
import { buildBatch, RecordBatchView, records } from '@logan/protocol'
import { afterEach } from 'vitest'
import {
  type CheckedBatch,
  type Disk,
  defaultLogConfig,
  Log,
  type LogConfig,
  type LogRecovery,
  nodeDisk,
  SyncScheduler,
} from '../src/index.ts'

export const topicId = 'AQIDBAUGBwgJCgsMDQ4PEA'
export const startMs = 1_700_000_000_000

const temporary: string[] = []
afterEach(async () => {
  for (const directory of temporary.splice(0)) await nodeDisk.removeDirectory(directory)
})

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = nodeDisk.makeTemporaryDirectory()
  temporary.push(directory)
  return directory
}

export interface LogSetting {
  readonly directory: string
  readonly clock?: ManualClock
  readonly disk?: Disk
  readonly config?: Partial<LogConfig>
  readonly recovery?: Partial<LogRecovery>
  readonly saved?: number[]
}

export function openLog({
  directory,
  clock = new ManualClock(startMs),
  disk = nodeDisk,
  config,
  recovery,
  saved = [],
}: LogSetting): Promise<Log> {
  return Log.open({
    disk,
    directory,
    topicId,
    clock,
    logger: silentLogger,
    config: { ...defaultLogConfig, flushMode: 'os', ...config },
    syncs: new SyncScheduler(),
    recovery: { clean: false, recoveryPoint: 0, logStartOffset: 0, ...recovery },
    checkpoints: {
      saveLogStartOffset: (offset) => Promise.resolve(void saved.push(offset)),
      forget: () => Promise.resolve(),
    },
  })
}

export interface BatchShape {
  readonly values: readonly string[]
  /** Of the first record; each further one is a millisecond later. */
  readonly timestampMs?: number
  readonly producerId?: number
  readonly baseSequence?: number
}

export function batchOf({ values, timestampMs = startMs, producerId, baseSequence }: BatchShape): Buffer {
  return buildBatch({
    records: values.map((value, index) => ({ value: Buffer.from(value), timestamp: timestampMs + index })),
    ...(producerId === undefined ? {} : { producerId, producerEpoch: 0, baseSequence: baseSequence ?? 0 }),
  })
}

/** Checks and appends as a shard does, for batches that need no waiting. */
export function append(log: Log, shape: BatchShape, leaderEpoch = 0): number {
  const result = log.append(log.check(batchOf(shape), 'client') as CheckedBatch, leaderEpoch)
  return result.baseOffset
}

/** Everything from `offset` on that a reader gets, in reads of `maxBytes`: `offset: value`. */
export async function readAll(
  log: Log,
  offset = log.logStartOffset,
  maxBytes = 1_000_000,
  limitOffset = log.logEndOffset,
): Promise<string[]> {
  const lines: string[] = []
  for (let next = offset; ; ) {
    const range = log.read({ offset: next, maxBytes, limitOffset, minOneBatch: true })
    if (range === null) return lines
    const bytes = await range.bytes()
    range.release()
    for (let at = 0; at < bytes.length; ) {
      const batch = new RecordBatchView(bytes, at)
      for (const record of records(batch)) if (record.offset >= next) lines.push(`${record.offset}: ${record.value?.toString()}`)
      at += batch.sizeInBytes
    }
    next = range.nextOffset
  }
}
