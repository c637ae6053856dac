import { errorCodes } from '../error-codes.ts'
import type { RecordBatchView } from './batch-view.ts'
import { readInt64 } from './int64.ts'
import { batchLayout as at, BATCH_OVERHEAD } from './layout.ts'

/** What is wrong with a batch: `length` and `magic` stop everything; `crc` means bytes that changed; the others a producer that erred. */
export type BatchFaultReason =
  | 'length'
  | 'magic'
  | 'crc'
  | 'codec'
  | 'range'
  | 'offsets'
  | 'count'
  | 'control'
  | 'sequence'
  | 'timestampType'

export interface BatchFault {
  readonly reason: BatchFaultReason
  /** What Kafka answers to a producer. */
  readonly errorCode: number
  readonly message: string
}

/**
 * Where a batch comes from. `client`: a Produce request, where Kafka's LogValidator wants offsets from 0 without gaps, no control
 * batch, a sequence with each producer id, and CreateTime. `log`: a log, where compaction may have left gaps.
 */
export type BatchOrigin = 'client' | 'log'

/**
 * Checks everything that the header tells and the CRC-32C; not the records inside (see `validateRecords`).
 * @returns null for a sound batch
 */
export function validateBatch(batch: RecordBatchView, origin: BatchOrigin): BatchFault | null {
  return integrityFault(batch) ?? headerFault(batch) ?? (origin === 'client' ? clientFault(batch) : null)
}

function integrityFault(batch: RecordBatchView): BatchFault | null {
  const size = batch.sizeInBytes
  if (size < BATCH_OVERHEAD) return corrupt('length', `batch of ${size} bytes, less than its header of ${BATCH_OVERHEAD}`)
  const left = batch.buffer.length - batch.position
  if (size > left) return corrupt('length', `batch of ${size} bytes, but only ${left} are there`)
  if (batch.magic !== 2) return corrupt('magic', `magic ${batch.magic} where 2 is expected`)
  const computed = batch.computeCrc()
  if (computed !== batch.crc) return corrupt('crc', `stored CRC ${hex(batch.crc)}, computed ${hex(computed)}`)
  return null
}

function headerFault(batch: RecordBatchView): BatchFault | null {
  if (batch.codec > 4) return invalid('codec', `unknown compression codec ${batch.codec}`)
  for (const field of ['baseOffset', 'baseTimestamp', 'maxTimestamp', 'producerId'] as const) {
    if (!Number.isSafeInteger(readInt64(batch.buffer, batch.position + at[field]))) return invalid('range', `${field} is beyond 2^53 - 1`)
  }
  if (batch.baseOffset < 0) return invalid('offsets', `base offset ${batch.baseOffset}`)
  if (batch.lastOffsetDelta < 0) return invalid('offsets', `last offset delta ${batch.lastOffsetDelta}`)
  if (!Number.isSafeInteger(batch.lastOffset)) return invalid('range', 'the last offset is beyond 2^53 - 1')
  if (batch.count < 0 || batch.count > batch.lastOffsetDelta + 1) {
    return invalid('count', `${batch.count} records in a range of ${batch.lastOffsetDelta + 1} offsets`)
  }
  return null
}

function clientFault(batch: RecordBatchView): BatchFault | null {
  if (batch.baseOffset !== 0) return invalid('offsets', `base offset ${batch.baseOffset} where a producer sends 0`)
  if (batch.count === 0) return invalid('count', 'no records')
  if (batch.count !== batch.lastOffsetDelta + 1) {
    return invalid('count', `${batch.count} records in a range of ${batch.lastOffsetDelta + 1} offsets`)
  }
  if (batch.isControl) return invalid('control', 'clients may not write control records')
  if (batch.hasProducerId && batch.baseSequence < 0) {
    return invalid('sequence', `sequence ${batch.baseSequence} with producer id ${batch.producerId}`)
  }
  if (batch.timestampType !== 'CreateTime') {
    return {
      reason: 'timestampType',
      errorCode: errorCodes.INVALID_TIMESTAMP,
      message: 'only the broker sets timestamps of type LogAppendTime',
    }
  }
  return null
}

function corrupt(reason: BatchFaultReason, message: string): BatchFault {
  return { reason, errorCode: errorCodes.CORRUPT_MESSAGE, message }
}

function invalid(reason: BatchFaultReason, message: string): BatchFault {
  return { reason, errorCode: errorCodes.INVALID_RECORD, message }
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`
}
