import { ProtocolError } from '../protocol-error.ts'

const TWO_32 = 0x1_0000_0000

/** The int64 at `position`; inexact outside the safe range, which `Number.isSafeInteger` then tells. */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_32 + buffer.readUInt32BE(position + 4)
}

/** The int64 at `position`. @throws ProtocolError when it is not a safe integer */
export function readSafeInt64(buffer: Buffer, position: number, field: string, api = 'record batch'): number {
  const value = readInt64(buffer, position)
  if (!Number.isSafeInteger(value)) throw new ProtocolError('integer beyond 2^53 - 1', { api, field, position })
  return value
}

/** Writes a safe integer as int64. */
export function writeInt64(buffer: Buffer, position: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_32), position)
  buffer.writeUInt32BE(value >>> 0, position + 4)
}
