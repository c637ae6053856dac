import type { RecordBatchView } from './batch-view.ts'
import { NO_TIMESTAMP } from './layout.ts'
import { type RecordsOptions, recordBytes, recordBytesAsync } from './payload.ts'
import { endOfRecord, fittingSize, inRecord, malformed, passHeaders } from './record-fields.ts'
import { after, varintAt, varlongAt } from './varint-at.ts'

/** What a broker needs to know of the records inside a batch. */
export interface RecordsSummary {
  readonly count: number
  /** Bytes of the records once decompressed. */
  readonly sizeInBytes: number
  /** Milliseconds, -1 if no record has a timestamp. With LogAppendTime the batch's. */
  readonly maxTimestamp: number
  /** Offset, less the base offset, of the first record with `maxTimestamp`; -1 if there is none. */
  readonly offsetDeltaOfMaxTimestamp: number
  /** The least timestamp, -1 if there are no records. With LogAppendTime the batch's. */
  readonly minTimestamp: number
  /** Some record has a null key, which a compacted topic refuses. */
  readonly hasKeylessRecord: boolean
}

/**
 * Walks the records of a whole batch without making objects of them: sizes, fields, offset deltas that rise from record to record and
 * stay within the batch (so a count of `lastOffsetDelta + 1` leaves no gaps), nothing left over. Kafka answers INVALID_RECORD otherwise.
 * Compression that Kafka's own reader would not take is refused too (`strict`).
 * Header and CRC are `validateBatch`'s, which comes first.
 * @throws ProtocolError for all of these, and for a payload that does not decompress
 */
export function validateRecords(batch: RecordBatchView, options?: RecordsOptions): RecordsSummary {
  return walk(batch, recordBytes(batch, { strict: true, ...options }))
}

/** The same, with decompression off the event loop. The batch's bytes must stay as they are until it settles. */
export async function validateRecordsAsync(batch: RecordBatchView, options?: RecordsOptions): Promise<RecordsSummary> {
  return walk(batch, await recordBytesAsync(batch, { strict: true, ...options }))
}

function walk(batch: RecordBatchView, bytes: Buffer): RecordsSummary {
  const { count, lastOffsetDelta, baseTimestamp } = batch
  const end = bytes.length
  let position = 0
  let lastDelta = -1
  let maxTimestamp = NO_TIMESTAMP
  let deltaOfMax = -1
  let minTimestamp = Number.MAX_SAFE_INTEGER
  let hasKeylessRecord = false
  let index = 0
  try {
    for (; index < count; index++) {
      const recordEnd = endOfRecord(varintAt(bytes, position, end), after, end)
      // Behind the attributes, of which no bit has a meaning yet.
      const timestamp = baseTimestamp + varlongAt(bytes, after + 1, end)
      if (!Number.isSafeInteger(timestamp)) throw malformed(after, 'timestamp beyond 2^53 - 1')
      const delta = varintAt(bytes, after, end)
      if (delta <= lastDelta || delta > lastOffsetDelta)
        throw malformed(after, `offset delta ${delta} after ${lastDelta}, of ${lastOffsetDelta}`)
      lastDelta = delta
      const keySize = fittingSize(varintAt(bytes, after, end), after, recordEnd)
      if (keySize < 0) hasKeylessRecord = true
      position = keySize > 0 ? after + keySize : after
      const valueSize = fittingSize(varintAt(bytes, position, end), after, recordEnd)
      position = valueSize > 0 ? after + valueSize : after
      position = bytes[position] === 0 ? position + 1 : passHeaders(bytes, position, recordEnd)
      if (position !== recordEnd) throw malformed(position, 'the record does not end where its length says')
      if (timestamp < minTimestamp) minTimestamp = timestamp
      if (timestamp > maxTimestamp) {
        maxTimestamp = timestamp
        deltaOfMax = delta
      }
    }
    if (position !== end) throw malformed(position, `${end - position} bytes left over`)
  } catch (error) {
    throw inRecord(error, index)
  }
  const summary = { count, sizeInBytes: end, hasKeylessRecord }
  if (count === 0) return { ...summary, maxTimestamp: NO_TIMESTAMP, minTimestamp: NO_TIMESTAMP, offsetDeltaOfMaxTimestamp: -1 }
  if (batch.timestampType === 'LogAppendTime') {
    return { ...summary, maxTimestamp: batch.maxTimestamp, minTimestamp: batch.maxTimestamp, offsetDeltaOfMaxTimestamp: 0 }
  }
  return { ...summary, maxTimestamp, minTimestamp, offsetDeltaOfMaxTimestamp: deltaOfMax }
}
