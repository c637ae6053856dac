import { crc32 as nativeCrc32, crc32c as nativeCrc32c } from '@node-rs/crc32'

/**
 * CRC-32C (Castagnoli), the checksum of record batches (magic 2), as an unsigned 32-bit number.
 * @param initial the checksum of the bytes before these, to go on in pieces
 */
export function crc32c(bytes: Uint8Array, initial = 0): number {
  return nativeCrc32c(bytes, initial)
}

/** CRC-32 (ISO), the checksum of messages (magic 0 and 1). Parameters as {@link crc32c}. */
export function crc32(bytes: Uint8Array, initial = 0): number {
  return nativeCrc32(bytes, initial)
}
