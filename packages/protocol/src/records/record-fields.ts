import { ProtocolError } from '../protocol-error.ts'
import { type Cursor, readVarint } from '../wire/varint.ts'

/** Bytes of a record after its length field, at least: attributes, timestamp, offset, key, value, header count. */
const LEAST_BODY = 6

/** Reads a record's length and returns where the record ends. @throws ProtocolError when it does not fit */
export function readRecordEnd(cursor: Cursor): number {
  const size = readVarint(cursor)
  if (size < LEAST_BODY || size > cursor.end - cursor.position)
    throw malformed(cursor, `record of ${size} bytes, ${cursor.end - cursor.position} are left`)
  return cursor.position + size
}

/** Reads the length of nullable bytes: -1 for null. @throws ProtocolError when they do not fit before `end` */
export function readSize(cursor: Cursor, end: number): number {
  const size = readVarint(cursor)
  if (size < -1 || size > end - cursor.position) throw malformed(cursor, `field of ${size} bytes, ${end - cursor.position} are left`)
  return size
}

/** Passes over nullable bytes and returns their length, -1 for null. */
export function skipBytes(cursor: Cursor, end: number): number {
  const size = readSize(cursor, end)
  if (size > 0) cursor.position += size
  return size
}

/** Reads the number of headers. A header is two bytes at least, so more than half the bytes left is refused. */
export function readHeaderCount(cursor: Cursor, end: number): number {
  const count = readVarint(cursor)
  if (count < 0 || count > (end - cursor.position) / 2) throw malformed(cursor, `${count} headers in ${end - cursor.position} bytes`)
  return count
}

/** Reads the length of a header key, which is never null. */
export function readHeaderKeySize(cursor: Cursor, end: number): number {
  const size = readSize(cursor, end)
  if (size < 0) throw malformed(cursor, 'header without a key')
  return size
}

export function skipHeaders(cursor: Cursor, end: number): void {
  for (let left = readHeaderCount(cursor, end); left > 0; left--) {
    const keySize = readHeaderKeySize(cursor, end)
    cursor.position += keySize
    skipBytes(cursor, end)
  }
}

export function malformed(cursor: Cursor, reason: string): ProtocolError {
  return new ProtocolError(reason, { position: cursor.position })
}

/** Says in which record an error arose; its position counts from the first byte of the (decompressed) records. */
export function inRecord(error: unknown, index: number): unknown {
  if (!(error instanceof ProtocolError) || error.api !== undefined) return error
  const place = { api: 'record batch', field: `records[${index}]` }
  return new ProtocolError(error.reason, error.position === undefined ? place : { ...place, position: error.position })
}
