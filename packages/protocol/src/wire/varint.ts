import { ProtocolError } from '../protocol-error.ts'

/** A reading place in bytes. Reads move `position`; nothing at or after `end` is ever touched. */
export interface Cursor {
  readonly bytes: Uint8Array
  position: number
  readonly end: number
}

const TWO_28 = 0x1000_0000
const TWO_55 = 2 ** 55
const TWO_56 = 2 ** 56

/**
 * Reads an unsigned varint of at most 32 bits (KIP-482: compact lengths, tags).
 * As in Kafka a value may be padded with zero groups, but never past 5 bytes, and no bit may lie beyond the 32nd.
 * @throws ProtocolError when bytes end inside the varint, or it is too long
 */
export function readUnsignedVarint(cursor: Cursor): number {
  const value = readShort(cursor)
  return value >= 0 ? value : readLong(cursor)
}

/** Reads a varint of at most four bytes, or returns -1 and reads nothing: nearly all varints are short, and this has no loop. */
function readShort(cursor: Cursor): number {
  const { bytes, position } = cursor
  if (cursor.end - position < 4) return -1
  let byte = bytes[position]!
  if (byte < 0x80) {
    cursor.position = position + 1
    return byte
  }
  let value = byte & 0x7f
  byte = bytes[position + 1]!
  value |= (byte & 0x7f) << 7
  if (byte < 0x80) {
    cursor.position = position + 2
    return value
  }
  byte = bytes[position + 2]!
  value |= (byte & 0x7f) << 14
  if (byte < 0x80) {
    cursor.position = position + 3
    return value
  }
  byte = bytes[position + 3]!
  if (byte >= 0x80) return -1
  cursor.position = position + 4
  return value | (byte << 21)
}

function readLong(cursor: Cursor): number {
  const { bytes, end } = cursor
  let position = cursor.position
  let value = 0
  for (let shift = 0; shift < 28; shift += 7) {
    if (position >= end) throw cutShort(end)
    const byte = bytes[position++]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      cursor.position = position
      return value
    }
  }
  if (position >= end) throw cutShort(end)
  const last = bytes[position++]!
  if (last > 0x0f) throw tooLong(cursor.position, 32)
  cursor.position = position
  return (value | (last << 28)) >>> 0
}

/** Reads a zigzag varint: a signed 32-bit integer, as in the fields of a record. Errors as {@link readUnsignedVarint}. */
export function readVarint(cursor: Cursor): number {
  const value = readUnsignedVarint(cursor)
  return (value >>> 1) ^ -(value & 1)
}

/**
 * Reads a zigzag varlong (64 bits) whose value is in the safe range of a number, as a timestamp delta is.
 * @throws ProtocolError when bytes end inside it, it is longer than 10 bytes, or beyond 2^53 - 1 in size
 */
export function readVarlong(cursor: Cursor): number {
  const short = readShort(cursor)
  if (short >= 0) return (short >>> 1) ^ -(short & 1)
  const start = cursor.position
  readGroups(cursor)
  // Halved part by part: the zigzag form of a safe integer may itself have 54 bits.
  const magnitude = top * TWO_55 + middle * (TWO_28 / 2) + (low >>> 1)
  if (magnitude > Number.MAX_SAFE_INTEGER) throw unsafe(start)
  if ((low & 1) === 0) return magnitude
  if (magnitude === Number.MAX_SAFE_INTEGER) throw unsafe(start)
  return -magnitude - 1
}

/** Reads an unsigned varlong within the safe range. Errors as {@link readVarlong}. */
export function readUnsignedVarlong(cursor: Cursor): number {
  const start = cursor.position
  readGroups(cursor)
  const value = top * TWO_56 + middle * TWO_28 + low
  if (value > Number.MAX_SAFE_INTEGER) throw unsafe(start)
  return value
}

/** Reads a zigzag varlong of any value. @throws ProtocolError as {@link readVarlong}, but for the range */
export function readVarlongBig(cursor: Cursor): bigint {
  const value = readUnsignedVarlongBig(cursor)
  return (value >> 1n) ^ -(value & 1n)
}

/** Reads an unsigned varlong of any value. @throws ProtocolError as {@link readVarlong}, but for the range */
export function readUnsignedVarlongBig(cursor: Cursor): bigint {
  readGroups(cursor)
  return (BigInt(top) << 56n) | (BigInt(middle) << 28n) | BigInt(low)
}

/** Bytes that {@link writeUnsignedVarint} takes, 1 to 5. */
export function sizeOfUnsignedVarint(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < TWO_28 ? 4 : 5
}

/** Bytes that {@link writeVarint} takes, 1 to 5. */
export function sizeOfVarint(value: number): number {
  return sizeOfUnsignedVarint(((value << 1) ^ (value >> 31)) >>> 0)
}

/** Bytes that {@link writeVarlong} takes, 1 to 8 (safe integers only). */
export function sizeOfVarlong(value: number): number {
  // Zigzag is 2v or 2|v| - 1: comparing the magnitude avoids the 54th bit.
  const magnitude = value < 0 ? -value - 1 : value
  let size = 1
  for (let limit = 64; magnitude >= limit; limit *= 128) size++
  return size
}

/** Bytes that {@link writeUnsignedVarlong} takes. */
export function sizeOfUnsignedVarlong(value: number | bigint): number {
  let size = 1
  for (let rest = BigInt(value) >> 7n; rest > 0n; rest >>= 7n) size++
  return size
}

/** Writes 0 to 2^32 - 1 and returns the position after it. The caller has made sure that it fits. */
export function writeUnsignedVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}

/** Writes a signed 32-bit integer in zigzag form and returns the position after it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  return writeUnsignedVarint(bytes, position, ((value << 1) ^ (value >> 31)) >>> 0)
}

/** Writes a safe integer in zigzag form and returns the position after it. */
export function writeVarlong(bytes: Uint8Array, position: number, value: number): number {
  if (value >= -0x4000_0000 && value < 0x4000_0000) return writeVarint(bytes, position, value)
  const negative = value < 0
  const magnitude = negative ? -value - 1 : value
  // The lowest group holds the sign and six bits, the others seven each.
  let rest = Math.floor(magnitude / 64)
  bytes[position++] = ((magnitude % 64) << 1) | (negative ? 1 : 0) | 0x80
  while (rest >= 0x80) {
    bytes[position++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  bytes[position++] = rest
  return position
}

/** Writes any signed 64-bit integer in zigzag form and returns the position after it. */
export function writeVarlongBig(bytes: Uint8Array, position: number, value: bigint): number {
  return writeUnsignedVarlong(bytes, position, BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))
}

/** Writes 0 to 2^64 - 1 and returns the position after it. */
export function writeUnsignedVarlong(bytes: Uint8Array, position: number, value: number | bigint): number {
  let rest = BigInt(value)
  while (rest >= 0x80n) {
    bytes[position++] = Number(rest & 0x7fn) | 0x80
    rest >>= 7n
  }
  bytes[position++] = Number(rest)
  return position
}

// The 64 bits that readGroups read: 28 + 28 + 8. Kept here, since a pair of numbers cannot be returned without allocating.
let low = 0
let middle = 0
let top = 0

function readGroups(cursor: Cursor): void {
  const { bytes, end } = cursor
  let position = cursor.position
  low = middle = top = 0
  for (let group = 0; group < 10; group++) {
    if (position >= end) throw cutShort(end)
    const byte = bytes[position++]!
    const bits = byte & 0x7f
    if (group < 4) low |= bits << (7 * group)
    else if (group < 8) middle |= bits << (7 * (group - 4))
    else if (group === 8) top = bits
    else if (byte > 1) throw tooLong(cursor.position, 64)
    else top |= byte << 7
    if (byte < 0x80) {
      cursor.position = position
      return
    }
  }
}

function cutShort(position: number): ProtocolError {
  return new ProtocolError('bytes end inside a varint', { position })
}

function tooLong(position: number, bits: number): ProtocolError {
  return new ProtocolError(`varint of more than ${bits} bits`, { position })
}

function unsafe(position: number): ProtocolError {
  return new ProtocolError('integer beyond 2^53 - 1', { position })
}
