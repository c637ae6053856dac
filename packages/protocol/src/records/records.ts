import { type Cursor, readVarint, readVarlong } from '../wire/varint.ts'
import type { RecordBatchView } from './batch-view.ts'
import { NO_SEQUENCE } from './layout.ts'
import { type RecordsOptions, recordBytes, recordBytesAsync } from './payload.ts'
import { type LogRecord, noHeaders, type RecordHeader } from './record.ts'
import { inRecord, malformed, readHeaderCount, readHeaderKeySize, readRecordEnd, readSize } from './record-fields.ts'
import { incrementSequence } from './sequence.ts'

/**
 * Iterates over the records of a whole batch, one at a time. Compressed ones are decompressed at the first step.
 * @throws ProtocolError where a record is malformed; the records before it have then been seen
 */
export function* records(batch: RecordBatchView, options?: RecordsOptions): Generator<LogRecord, void> {
  yield* readRecords(batch, recordBytes(batch, options))
}

/** Decompresses off the event loop, then iterates as {@link records}. */
export async function recordsAsync(batch: RecordBatchView, options?: RecordsOptions): Promise<Generator<LogRecord, void>> {
  return readRecords(batch, await recordBytesAsync(batch, options))
}

function* readRecords(batch: RecordBatchView, bytes: Buffer): Generator<LogRecord, void> {
  const { count, baseOffset, baseTimestamp, baseSequence } = batch
  const appendTime = batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : null
  const cursor: Cursor = { bytes, position: 0, end: bytes.length }
  for (let index = 0; index < count; index++) {
    let record: LogRecord
    try {
      const end = readRecordEnd(cursor)
      cursor.position++ // attributes: no bit has a meaning yet
      const timestamp = baseTimestamp + readVarlong(cursor)
      if (!Number.isSafeInteger(timestamp)) throw malformed(cursor, 'timestamp beyond 2^53 - 1')
      const delta = readVarint(cursor)
      record = {
        offset: baseOffset + delta,
        timestamp: appendTime ?? timestamp,
        key: readBytes(cursor, bytes, end),
        value: readBytes(cursor, bytes, end),
        headers: readHeaders(cursor, bytes, end),
        sequence: baseSequence === NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(baseSequence, delta),
      }
      if (cursor.position !== end) throw malformed(cursor, 'the record does not end where its length says')
    } catch (error) {
      throw inRecord(error, index)
    }
    yield record
  }
  if (cursor.position !== bytes.length) throw inRecord(malformed(cursor, `${bytes.length - cursor.position} bytes left over`), count)
}

function readBytes(cursor: Cursor, bytes: Buffer, end: number): Buffer | null {
  const size = readSize(cursor, end)
  if (size < 0) return null
  const start = cursor.position
  cursor.position = start + size
  return bytes.subarray(start, cursor.position)
}

function readHeaders(cursor: Cursor, bytes: Buffer, end: number): readonly RecordHeader[] {
  const count = readHeaderCount(cursor, end)
  if (count === 0) return noHeaders
  const headers: RecordHeader[] = []
  for (let index = 0; index < count; index++) {
    const keySize = readHeaderKeySize(cursor, end)
    const key = bytes.toString('utf8', cursor.position, cursor.position + keySize)
    cursor.position += keySize
    headers.push({ key, value: readBytes(cursor, bytes, end) })
  }
  return headers
}
