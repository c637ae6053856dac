import { ProtocolError } from '../protocol-error.ts'
import { after, varintAt } from './varint-at.ts'

// What the walk over records and the iterator both ask of a record's fields.

/** Bytes of a record after its length field, at least: attributes, timestamp, offset, key, value, header count. */
const LEAST_BODY = 6

/** Where a record of `size` bytes that begins at `position` ends. @throws ProtocolError when that is beyond `end`, or too near */
export function endOfRecord(size: number, position: number, end: number): number {
  if (size < LEAST_BODY || size > end - position) throw malformed(position, `record of ${size} bytes, ${end - position} are left`)
  return position + size
}

/** The size of nullable bytes at `position`, -1 for null. @throws ProtocolError when they do not fit before `end` */
export function fittingSize(size: number, position: number, end: number): number {
  if (size < -1 || size > end - position) throw malformed(position, `field of ${size} bytes, ${end - position} are left`)
  return size
}

/** A count of headers. A header is two bytes at least, so more than half the bytes left is refused. */
export function fittingHeaderCount(count: number, position: number, end: number): number {
  if (count < 0 || count > (end - position) / 2) throw malformed(position, `${count} headers in ${end - position} bytes`)
  return count
}

/** The size of a header key, which is never null. */
export function fittingHeaderKeySize(size: number, position: number, end: number): number {
  if (size < 0) throw malformed(position, 'header without a key')
  return fittingSize(size, position, end)
}

/** Passes over the headers of a record that ends at `end`, and returns the position behind them. */
export function passHeaders(bytes: Uint8Array, start: number, end: number): number {
  const count = fittingHeaderCount(varintAt(bytes, start, end), after, end)
  let position = after
  for (let left = count; left > 0; left--) {
    position = fittingHeaderKeySize(varintAt(bytes, position, end), after, end) + after
    const valueSize = fittingSize(varintAt(bytes, position, end), after, end)
    position = valueSize > 0 ? after + valueSize : after
  }
  return position
}

export function malformed(position: number, reason: string): ProtocolError {
  return new ProtocolError(reason, { position })
}

/** Says in which record an error arose; its position counts from the first byte of the (decompressed) records. */
export function inRecord(error: unknown, index: number): unknown {
  if (!(error instanceof ProtocolError) || error.api !== undefined) return error
  const place = { api: 'record batch', field: `records[${index}]` }
  return new ProtocolError(error.reason, error.position === undefined ? place : { ...place, position: error.position })
}
