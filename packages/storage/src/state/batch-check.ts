import {
  BATCH_OVERHEAD,
  errorByCode,
  LOG_OVERHEAD,
  type LogRecord,
  magicAt,
  NO_TIMESTAMP,
  ProtocolError,
  RecordBatchView,
  type RecordsSummary,
  records,
  recordsAsync,
  setMaxTimestamp,
  type TimestampType,
  validateBatch,
  validateRecords,
  validateRecordsAsync,
} from '@logan/protocol'
import { AppendRefused, type RecordError } from './append-refused.ts'
import type { AppendOrigin } from './producer-state.ts'

/** What a batch is held to: the topic's settings, and who sends it when. */
export interface BatchRules {
  readonly origin: AppendOrigin
  /** Bytes of the whole batch (max.message.bytes). */
  readonly maxMessageBytes: number
  readonly timestampType: TimestampType
  /** How far before `nowMs` a record's own timestamp may lie (message.timestamp.before.max.ms); Infinity for any. */
  readonly beforeMaxMs: number
  /** How far after `nowMs` (message.timestamp.after.max.ms). */
  readonly afterMaxMs: number
  /**
   * false leaves the records of a client's batch unopened: no decompression, but a batch with a good CRC around rotten records gets in and
   * stops every consumer that reaches it; timestamps are then checked, and believed, by the header's maximum alone.
   */
  readonly checkRecords: boolean
  readonly nowMs: number
}

/** A batch that may be appended as it stands, once it has its offsets. */
export interface CheckedBatch {
  readonly origin: AppendOrigin
  /** The whole batch and nothing else; the memory is the sender's. */
  readonly bytes: Buffer
  readonly view: RecordBatchView
}

/** Bytes of a message of magic 0 after offset and length, at least: Kafka believes no smaller length, whatever the magic. */
const leastMessageSize = 14
/**
 * Compressed records up to `inlinePayload` bytes are opened at once if they come to no more than `inlineMaxSize`: some 75 us at most,
 * where the way to a thread and back takes as long and keeps the loop busy for 15 to 55 of them (bench/batch-check.bench.ts).
 */
const inlinePayload = 4 * 1024
const inlineMaxSize = 64 * 1024

/**
 * Everything that Kafka checks of the records of one partition in a Produce request before it appends them (ProduceRequest.validateRecords,
 * UnifiedLog.analyzeAndValidateRecords, LogValidator). Where we differ, nothing that a client library sends is concerned: a payload that
 * does not decompress is INVALID_RECORD (Kafka: UNKNOWN_SERVER_ERROR), and so are bytes behind the batch (cut off by Kafka), gaps in the
 * offset deltas, a producer id without epoch, and ids and timestamps beyond 2^53 - 1; timestamps of type LogAppendTime are always
 * INVALID_TIMESTAMP. Batches of the coordinators and the controller are our own: theirs are checked up to the CRC.
 *
 * The header's max timestamp is put right in place where the records say otherwise, as Kafka does.
 *
 * Answers at once unless compressed records are to be decompressed off the event loop; their bytes must then stay as they are.
 * @throws (or rejects with) AppendRefused
 */
export function checkBatch(bytes: Buffer | null, rules: BatchRules): CheckedBatch | Promise<CheckedBatch> {
  const batch = frame(bytes, rules)
  if (batch.bytes.length > rules.maxMessageBytes)
    throw new AppendRefused('MESSAGE_TOO_LARGE', `the batch takes ${batch.bytes.length} bytes, ${rules.maxMessageBytes} are allowed`)
  const fault = validateBatch(batch.view, rules.origin === 'client' ? 'client' : 'log')
  if (fault !== null) throw new AppendRefused(errorByCode(fault.errorCode).name, fault.message)
  if (rules.origin !== 'client') return batch
  checkProducer(batch.view)
  return rules.checkRecords ? checkRecords(batch, rules) : checkMaxTimestamp(batch, rules)
}

/** Finds the one batch that must be there. What is cut off is no batch to Kafka, so a truncated one counts as none. */
function frame(bytes: Buffer | null, { origin }: BatchRules): CheckedBatch {
  if (bytes === null || bytes.length < LOG_OVERHEAD) throw new AppendRefused('INVALID_RECORD', 'there is no record batch')
  const bodySize = bytes.readInt32BE(LOG_OVERHEAD - 4)
  if (bodySize < leastMessageSize) throw new AppendRefused('CORRUPT_MESSAGE', `a batch cannot have ${bodySize} bytes`)
  const size = LOG_OVERHEAD + bodySize
  if (size > bytes.length)
    throw new AppendRefused('INVALID_RECORD', `there is no whole record batch: it takes ${size} bytes, ${bytes.length} came`)
  const magic = magicAt(bytes)
  if (magic === 0 || magic === 1)
    throw new AppendRefused('INVALID_RECORD', `records of magic ${magic} are not taken, only record batches of magic 2`)
  if (magic !== 2) throw new AppendRefused('CORRUPT_MESSAGE', `magic ${magic} is unknown`)
  if (size < BATCH_OVERHEAD) throw new AppendRefused('CORRUPT_MESSAGE', `a batch cannot have ${size} bytes`)
  if (size < bytes.length) throw new AppendRefused('INVALID_RECORD', 'there must be exactly one record batch per partition')
  return { origin, bytes, view: new RecordBatchView(bytes) }
}

function checkProducer(view: RecordBatchView): void {
  if (view.hasProducerId && view.producerEpoch < 0)
    throw new AppendRefused('INVALID_RECORD', `epoch ${view.producerEpoch} with producer id ${view.producerId}`)
  // No partition can be part of a transaction before there are transactions.
  if (view.isTransactional) throw new AppendRefused('INVALID_TXN_STATE', 'the batch is not part of an ongoing transaction')
}

function checkRecords(batch: CheckedBatch, rules: BatchRules): CheckedBatch | Promise<CheckedBatch> {
  const { view } = batch
  const compressed = view.codec !== 0
  if (compressed && view.payload.length > inlinePayload) return checkRecordsOffLoop(batch, rules)
  let summary: RecordsSummary
  try {
    summary = validateRecords(view, { maxSize: inlineMaxSize })
  } catch (error) {
    // A small payload that failed may be rotten or only too large for here; off the loop the two are told apart.
    if (compressed) return checkRecordsOffLoop(batch, rules)
    throw asRefusal(error)
  }
  if (!fits(summary, rules)) refuseTimestamps(records(view), rules)
  return accept(batch, summary, rules)
}

async function checkRecordsOffLoop(batch: CheckedBatch, rules: BatchRules): Promise<CheckedBatch> {
  let summary: RecordsSummary
  try {
    summary = await validateRecordsAsync(batch.view)
  } catch (error) {
    throw asRefusal(error)
  }
  if (!fits(summary, rules)) refuseTimestamps(await recordsAsync(batch.view), rules)
  return accept(batch, summary, rules)
}

function accept(batch: CheckedBatch, { maxTimestamp }: RecordsSummary, { timestampType }: BatchRules): CheckedBatch {
  if (timestampType === 'CreateTime') setMaxTimestamp(batch.view, 'CreateTime', maxTimestamp)
  return batch
}

function asRefusal(error: unknown): unknown {
  return error instanceof ProtocolError ? new AppendRefused('INVALID_RECORD', error.message) : error
}

function checkMaxTimestamp(batch: CheckedBatch, rules: BatchRules): CheckedBatch {
  if (rules.timestampType === 'CreateTime' && outOfRange(batch.view.maxTimestamp, rules))
    throw new AppendRefused('INVALID_TIMESTAMP', rangeMessage(batch.view.maxTimestamp, rules))
  return batch
}

/** Whether all timestamps are surely in range; -1, which stands for none, may make it say no. */
function fits({ minTimestamp, maxTimestamp }: RecordsSummary, { timestampType, beforeMaxMs, afterMaxMs, nowMs }: BatchRules): boolean {
  return timestampType === 'LogAppendTime' || (nowMs - minTimestamp <= beforeMaxMs && maxTimestamp - nowMs <= afterMaxMs)
}

/** Throws if a record has a timestamp out of range, naming each of them. */
function refuseTimestamps(all: Iterable<LogRecord>, rules: BatchRules): void {
  const errors: RecordError[] = []
  let batchIndex = 0
  for (const { timestamp } of all) {
    if (outOfRange(timestamp, rules)) errors.push({ batchIndex, message: rangeMessage(timestamp, rules) })
    batchIndex++
  }
  if (errors.length > 0)
    throw new AppendRefused('INVALID_TIMESTAMP', 'One or more records have been rejected due to invalid timestamp', errors)
}

function outOfRange(timestamp: number, { beforeMaxMs, afterMaxMs, nowMs }: BatchRules): boolean {
  return timestamp !== NO_TIMESTAMP && (nowMs - timestamp > beforeMaxMs || timestamp - nowMs > afterMaxMs)
}

function rangeMessage(timestamp: number, { beforeMaxMs, afterMaxMs, nowMs }: BatchRules): string {
  return `timestamp ${timestamp} is out of range: it may lie from ${nowMs - beforeMaxMs} to ${nowMs + afterMaxMs}`
}
