import { type CodecId, codecs } from '../compression/index.ts'
import { ProtocolError } from '../protocol-error.ts'
import { crc32 } from '../wire/crc.ts'
import { readSafeInt64, writeInt64 } from './int64.ts'
import { attributeBits, LOG_OVERHEAD, NO_TIMESTAMP, type TimestampType } from './layout.ts'

// A message of magic 0 or 1: offset int64, size int32, CRC-32 uint32, magic int8, attributes int8, in magic 1 a timestamp int64, then
// key and value, each after its int32 length. The CRC covers what follows it.

export type LegacyMagic = 0 | 1

const at = { size: 8, crc: 12, magic: 16, attributes: 17, timestamp: 18 } as const

/** Where the key's length is; the first position after the fixed fields. */
const keyAt = { 0: 18, 1: 26 } as const

/** A message as it stands: one record, or a wrapper whose value is a compressed set of further messages. */
export interface LegacyMessage {
  readonly offset: number
  readonly magic: LegacyMagic
  /** Not `codecs.none`: a wrapper. */
  readonly codec: number
  /** CreateTime in magic 0, which has no timestamps. */
  readonly timestampType: TimestampType
  /** Milliseconds, -1 without one. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Bytes of the whole message. */
  readonly sizeInBytes: number
}

/** Size of the message at `position`, null when its length field is cut off. @throws ProtocolError when it is below the least */
export function messageSize(buffer: Buffer, position: number): number | null {
  if (buffer.length - position < LOG_OVERHEAD) return null
  const size = LOG_OVERHEAD + buffer.readInt32BE(position + at.size)
  const least = keyAt[0] + 8
  if (size < least) throw malformed(`message of ${size} bytes, ${least} at least`, 'size', position)
  return size
}

/** Reads the message of `size` bytes at `position`, all of which are there. @throws ProtocolError when CRC, magic or lengths are wrong */
export function readMessage(buffer: Buffer, position: number, size: number): LegacyMessage {
  const end = position + size
  const computed = crc32(buffer.subarray(position + at.magic, end))
  if (computed !== buffer.readUInt32BE(position + at.crc)) throw malformed('wrong CRC', 'crc', position)
  const magic = buffer.readInt8(position + at.magic)
  if (magic !== 0 && magic !== 1) throw malformed(`magic ${magic} where 0 or 1 is expected`, 'magic', position)
  const attributes = buffer[position + at.attributes]!
  const keyField = sizedField(buffer, position + keyAt[magic], end, 'key')
  const valueField = sizedField(buffer, keyField.end, end, 'value')
  if (valueField.end !== end) throw malformed(`${end - valueField.end} bytes left over`, 'value', position)
  return {
    offset: readSafeInt64(buffer, position, 'offset', 'message set'),
    magic,
    codec: attributes & attributeBits.codec,
    timestampType: magic === 1 && (attributes & attributeBits.timestampType) !== 0 ? 'LogAppendTime' : 'CreateTime',
    timestamp: magic === 1 ? readSafeInt64(buffer, position + at.timestamp, 'timestamp', 'message set') : NO_TIMESTAMP,
    key: keyField.bytes,
    value: valueField.bytes,
    sizeInBytes: size,
  }
}

/** What {@link writeMessage} needs. */
export interface MessageInput {
  readonly magic: LegacyMagic
  readonly offset: number
  readonly codec?: CodecId
  readonly timestampType?: TimestampType
  /** Left out in magic 0. */
  readonly timestamp?: number
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
}

/** Builds one message, with its CRC. */
export function writeMessage(input: MessageInput): Buffer {
  const { magic, offset, codec = codecs.none, timestampType = 'CreateTime', timestamp = NO_TIMESTAMP, key = null, value = null } = input
  const message = Buffer.allocUnsafe(keyAt[magic] + 8 + (key?.length ?? 0) + (value?.length ?? 0))
  writeInt64(message, 0, offset)
  message.writeInt32BE(message.length - LOG_OVERHEAD, at.size)
  message.writeInt8(magic, at.magic)
  message.writeUInt8(magic === 1 && timestampType === 'LogAppendTime' ? codec | attributeBits.timestampType : codec, at.attributes)
  if (magic === 1) writeInt64(message, at.timestamp, timestamp)
  writeSized(message, writeSized(message, keyAt[magic], key), value)
  message.writeUInt32BE(crc32(message.subarray(at.magic)), at.crc)
  return message
}

export function malformed(reason: string, field: string, position: number): ProtocolError {
  return new ProtocolError(reason, { api: 'message set', field, position })
}

function sizedField(buffer: Buffer, position: number, end: number, field: string): { bytes: Buffer | null; end: number } {
  if (end - position < 4) throw malformed('bytes end inside the length', field, position)
  const size = buffer.readInt32BE(position)
  const start = position + 4
  if (size === -1) return { bytes: null, end: start }
  if (size < 0 || size > end - start) throw malformed(`${size} bytes, ${end - start} are left`, field, position)
  return { bytes: buffer.subarray(start, start + size), end: start + size }
}

function writeSized(message: Buffer, position: number, bytes: Uint8Array | null): number {
  message.writeInt32BE(bytes?.length ?? -1, position)
  if (bytes === null) return position + 4
  message.set(bytes, position + 4)
  return position + 4 + bytes.length
}
