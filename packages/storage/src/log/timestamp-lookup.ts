import { type LogRecord, ProtocolError, RecordBatchView, recordsAsync, validateBatch, validateRecordsAsync } from '@logan/protocol'
import { walkBatches } from '../segment/batch-walk.ts'
import { locate } from '../segment/locate.ts'
import type { Segment } from '../segment/segment.ts'
import type { TimeEntry } from '../segment/time-index.ts'
import { CorruptRange } from './log-errors.ts'

/** A record found by time. */
export interface TimestampedOffset {
  readonly offset: number
  readonly timestampMs: number
  /** Of the batch that holds it. */
  readonly leaderEpoch: number
}

/** Where to look: records from `fromOffset` on and below `limitOffset`. */
export interface LookUpBounds {
  readonly fromOffset: number
  readonly limitOffset: number
  readonly indexIntervalBytes: number
}

/** The first record of the segment at or after a time, in offset order. Opens the one batch that may hold it, and further ones only if it does not. */
export async function firstAtOrAfter(segment: Segment, timestampMs: number, bounds: LookUpBounds): Promise<TimestampedOffset | null> {
  const { fromOffset, limitOffset, indexIntervalBytes } = bounds
  const indexes = segment.indexes(indexIntervalBytes)
  if (indexes.latest.timestampMs < timestampMs) return null
  // No batch up to the entry is late enough, so the search begins there.
  const before = indexes.times.lastBefore(timestampMs)?.offset ?? segment.baseOffset
  let { position } = locate(segment, Math.max(before, fromOffset), indexIntervalBytes)
  for (;;) {
    const place = findBatch(segment, position, limitOffset, (batch) => batch.maxTimestamp >= timestampMs)
    if (place === undefined) return null
    const batch = await readBatch(segment, place)
    const isWanted = ({ offset, timestamp }: LogRecord): boolean => offset >= fromOffset && timestamp >= timestampMs
    const found = await opened(segment, place, firstRecord(batch, isWanted))
    if (found !== undefined) return { offset: found.offset, timestampMs: found.timestamp, leaderEpoch: batch.partitionLeaderEpoch }
    position = place.position + place.size
  }
}

/** The greatest timestamp of a batch in bounds, with the batch's last offset; undefined if none has a timestamp. */
export function latestWithin(segment: Segment, { limitOffset, indexIntervalBytes }: LookUpBounds): TimeEntry | undefined {
  const indexes = segment.indexes(indexIntervalBytes)
  if (segment.nextOffset <= limitOffset) return indexes.latest.timestampMs < 0 ? undefined : indexes.latest
  const indexed = indexes.offsets.atOrBefore(limitOffset - 1)
  // At that entry the time index knew the greatest timestamp up to there; only what follows is looked at.
  let latest = indexed === undefined ? undefined : indexes.times.atOrBeforeOffset(indexed.offset)
  findBatch(segment, indexed?.position ?? 0, limitOffset, (batch) => {
    if (batch.maxTimestamp > (latest?.timestampMs ?? -1)) latest = { timestampMs: batch.maxTimestamp, offset: batch.lastOffset }
    return false
  })
  return latest
}

/** The first record that has the greatest timestamp of its batch, which ends with `lastOffset`. */
export async function recordOfMaxTimestamp(
  segment: Segment,
  lastOffset: number,
  indexIntervalBytes: number,
): Promise<TimestampedOffset | null> {
  const { position } = locate(segment, lastOffset, indexIntervalBytes)
  const place = findBatch(segment, position, Number.POSITIVE_INFINITY, () => true)
  if (place === undefined) return null
  const batch = await readBatch(segment, place)
  const { offsetDeltaOfMaxTimestamp, maxTimestamp } = await opened(segment, place, validateRecordsAsync(batch))
  if (offsetDeltaOfMaxTimestamp < 0) return null
  return { offset: batch.baseOffset + offsetDeltaOfMaxTimestamp, timestampMs: maxTimestamp, leaderEpoch: batch.partitionLeaderEpoch }
}

async function firstRecord(batch: RecordBatchView, isWanted: (record: LogRecord) => boolean): Promise<LogRecord | undefined> {
  for (const record of await recordsAsync(batch)) if (isWanted(record)) return record
  return undefined
}

interface BatchPlace {
  readonly position: number
  readonly size: number
}

function findBatch(
  segment: Segment,
  from: number,
  limitOffset: number,
  wanted: (batch: RecordBatchView) => boolean,
): BatchPlace | undefined {
  let found: BatchPlace | undefined
  walkBatches({ file: segment.records, from, end: segment.size }, (batch, position) => {
    if (batch.lastOffset >= limitOffset) return 'stop'
    if (!wanted(batch)) return undefined
    found = { position, size: batch.sizeInBytes }
    return 'stop'
  })
  return found
}

async function readBatch(segment: Segment, { position, size }: BatchPlace): Promise<RecordBatchView> {
  const bytes = Buffer.allocUnsafe(size)
  const count = await segment.records.read(bytes, position)
  const batch = new RecordBatchView(bytes)
  const fault = count < size ? 'the file ends' : validateBatch(batch, 'log')?.message
  if (fault !== undefined) throw new CorruptRange(segment.records.path, position, fault)
  return batch
}

/** Records that were let in unchecked may be no records. */
async function opened<T>(segment: Segment, { position }: BatchPlace, records: Promise<T>): Promise<T> {
  try {
    return await records
  } catch (error) {
    throw error instanceof ProtocolError ? new CorruptRange(segment.records.path, position, error.message) : error
  }
}
