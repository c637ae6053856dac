import { crc32, LOG_OVERHEAD } from '@logan/protocol'
import type { DiskFile } from '../disk/disk.ts'

/** int32 CRC-32, then what it covers, of which the first byte is the magic. */
const crcSize = 4
/** Up to here a message is believed and read; none that Kafka took by default was larger than 1 MB. */
const mostBytes = 64 * 1024 * 1024
const headerSize = LOG_OVERHEAD + crcSize + 1

/** Whether a whole message of magic 0 or 1 is at a position: then a log was written by Kafka before 0.11, and is not torn. */
export async function isLegacyMessage(file: DiskFile, position: number, end: number): Promise<boolean> {
  if (end - position < headerSize) return false
  const header = Buffer.alloc(headerSize)
  await file.read(header, position)
  const size = header.readInt32BE(LOG_OVERHEAD - 4)
  const magic = header.readInt8(headerSize - 1)
  if ((magic !== 0 && magic !== 1) || size <= crcSize || size > Math.min(mostBytes, end - position - LOG_OVERHEAD)) return false
  const message = Buffer.allocUnsafe(size)
  await file.read(message, position + LOG_OVERHEAD)
  return crc32(message.subarray(crcSize)) === message.readUInt32BE(0)
}
