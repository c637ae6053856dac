import { type Cursor, readVarint, readVarlong } from '../wire/varint.ts'
import type { RecordBatchView } from './batch-view.ts'
import { NO_SEQUENCE } from './layout.ts'
import { type RecordsOptions, recordBytes, recordBytesAsync } from './payload.ts'
import { type LogRecord, noHeaders, type RecordHeader } from './record.ts'
import { endOfRecord, fittingHeaderCount, fittingHeaderKeySize, fittingSize, inRecord, malformed } from './record-fields.ts'
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
  const { count } = batch
  const reader = new RecordReader(batch, bytes)
  for (let index = 0; index < count; index++) {
    let record: LogRecord
    try {
      record = reader.next()
    } catch (error) {
      throw inRecord(error, index)
    }
    yield record
  }
  const left = bytes.length - reader.position
  if (left > 0) throw inRecord(malformed(reader.position, `${left} bytes left over`), count)
}

/** Reads one record after the other. */
class RecordReader implements Cursor {
  readonly bytes: Buffer
  readonly end: number
  position = 0
  private readonly baseOffset: number
  private readonly baseTimestamp: number
  private readonly baseSequence: number
  /** With LogAppendTime, the timestamp of all records. */
  private readonly appendTime: number | null

  constructor(batch: RecordBatchView, bytes: Buffer) {
    this.bytes = bytes
    this.end = bytes.length
    this.baseOffset = batch.baseOffset
    this.baseTimestamp = batch.baseTimestamp
    this.baseSequence = batch.baseSequence
    this.appendTime = batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : null
  }

  next(): LogRecord {
    const size = readVarint(this)
    const end = endOfRecord(size, this.position, this.end)
    this.position++ // attributes: no bit has a meaning yet
    const timestamp = this.baseTimestamp + readVarlong(this)
    if (!Number.isSafeInteger(timestamp)) throw malformed(this.position, 'timestamp beyond 2^53 - 1')
    const delta = readVarint(this)
    const record = {
      offset: this.baseOffset + delta,
      timestamp: this.appendTime ?? timestamp,
      key: this.nullableBytes(end),
      value: this.nullableBytes(end),
      headers: this.headers(end),
      sequence: this.baseSequence === NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(this.baseSequence, delta),
    }
    if (this.position !== end) throw malformed(this.position, 'the record does not end where its length says')
    return record
  }

  private nullableBytes(end: number): Buffer | null {
    const size = readVarint(this)
    return fittingSize(size, this.position, end) < 0 ? null : this.take(size)
  }

  private headers(end: number): readonly RecordHeader[] {
    const count = readVarint(this)
    if (fittingHeaderCount(count, this.position, end) === 0) return noHeaders
    const headers: RecordHeader[] = []
    while (headers.length < count) headers.push({ key: this.headerKey(end), value: this.nullableBytes(end) })
    return headers
  }

  private headerKey(end: number): string {
    const size = readVarint(this)
    return this.take(fittingHeaderKeySize(size, this.position, end)).toString()
  }

  private take(size: number): Buffer {
    const start = this.position
    this.position = start + size
    return this.bytes.subarray(start, this.position)
  }
}
