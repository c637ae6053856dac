import { readVarint, readVarlong } from '../wire/varint.ts'

// Varints for the walk over records, which every produced byte goes through: positions stay in local variables and no cursor is
// written to, which is twice as fast (docs/design/0002-records.md).

/** Position after the varint that was read last. */
export let after = 0

/** Reads a zigzag varint at `position` and sets {@link after}. @throws ProtocolError as `readVarint` */
export function varintAt(bytes: Uint8Array, position: number, end: number): number {
  const value = shortAt(bytes, position, end)
  if (value < 0) return longAt(readVarint, bytes, position, end)
  return (value >>> 1) ^ -(value & 1)
}

/** Reads a zigzag varlong at `position` and sets {@link after}. @throws ProtocolError as `readVarlong` */
export function varlongAt(bytes: Uint8Array, position: number, end: number): number {
  const value = shortAt(bytes, position, end)
  if (value < 0) return longAt(readVarlong, bytes, position, end)
  return (value >>> 1) ^ -(value & 1)
}

/** Up to three bytes, which hold sizes to 1 MiB and times to 17 minutes, before zigzag is undone; -1 for more. */
function shortAt(bytes: Uint8Array, position: number, end: number): number {
  if (end - position < 3) return -1
  let byte = bytes[position]!
  if (byte < 0x80) {
    after = position + 1
    return byte
  }
  const value = byte & 0x7f
  byte = bytes[position + 1]!
  if (byte < 0x80) {
    after = position + 2
    return value | (byte << 7)
  }
  const third = bytes[position + 2]!
  if (third >= 0x80) return -1
  after = position + 3
  return value | ((byte & 0x7f) << 7) | (third << 14)
}

function longAt(read: typeof readVarint, bytes: Uint8Array, position: number, end: number): number {
  const cursor = { bytes, position, end }
  const value = read(cursor)
  after = cursor.position
  return value
}
