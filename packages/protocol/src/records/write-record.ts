import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from '../wire/varint.ts'
import { checkInteger } from './check-integer.ts'
import { NO_TIMESTAMP } from './layout.ts'
import type { HeaderInput, RecordInput } from './record.ts'

// A record of magic 2: length, attributes, timestamp and offset as deltas to the batch's, key, value, headers; all numbers varints.

/** Bytes that {@link writeRecordBody} writes. @throws ProtocolError when the timestamp fits no delta */
export function recordBodySize(record: RecordInput, index: number, baseTimestamp: number): number {
  const { timestamp = NO_TIMESTAMP, offsetDelta = index, key, value, headers = [] } = record
  checkInteger(`records[${index}].timestamp`, timestamp, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  checkInteger(`records[${index}].timestamp`, timestamp - baseTimestamp, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  let size = 1 + sizeOfVarlong(timestamp - baseTimestamp) + sizeOfVarint(offsetDelta) + sizeOfBytes(key) + sizeOfBytes(value)
  size += sizeOfVarint(headers.length)
  for (const header of headers) size += sizeOfText(header.key) + sizeOfBytes(header.value)
  return size
}

/** Writes all of a record but its length at `start` and returns the position after it. */
export function writeRecordBody(batch: Buffer, start: number, record: RecordInput, index: number, baseTimestamp: number): number {
  const { timestamp = NO_TIMESTAMP, offsetDelta = index, key, value, headers = [] } = record
  batch[start] = 0 // attributes
  let position = writeVarlong(batch, start + 1, timestamp - baseTimestamp)
  position = writeVarint(batch, position, offsetDelta)
  position = writeBytes(batch, position, key)
  position = writeBytes(batch, position, value)
  position = writeVarint(batch, position, headers.length)
  for (const header of headers) position = writeHeaderPair(batch, position, header)
  return position
}

function writeHeaderPair(batch: Buffer, start: number, { key, value }: HeaderInput): number {
  const position = writeVarint(batch, start, Buffer.byteLength(key))
  return writeBytes(batch, position + batch.write(key, position), value)
}

function writeBytes(batch: Buffer, start: number, bytes: Uint8Array | null | undefined): number {
  if (bytes === null || bytes === undefined) return writeVarint(batch, start, -1)
  const position = writeVarint(batch, start, bytes.length)
  batch.set(bytes, position)
  return position + bytes.length
}

function sizeOfBytes(bytes: Uint8Array | null | undefined): number {
  return bytes === null || bytes === undefined ? 1 : sizeOfVarint(bytes.length) + bytes.length
}

function sizeOfText(text: string): number {
  const size = Buffer.byteLength(text)
  return sizeOfVarint(size) + size
}
