import { type CodecId, codecs, compress, compressAsync } from '../compression/index.ts'
import { lz4Compress, lz4CompressAsync } from '../compression/lz4.ts'
import { ProtocolError } from '../protocol-error.ts'
import { checkInteger } from './check-integer.ts'
import { NO_TIMESTAMP, type TimestampType } from './layout.ts'
import { type LegacyMagic, type MessageInput, writeMessage } from './legacy-message.ts'
import type { RecordInput } from './record.ts'

export interface MessageSetInput {
  readonly magic: LegacyMagic
  /** Headers have no place in these formats and are left out. */
  readonly records: readonly RecordInput[]
  /** Default: 0, as producers send it. */
  readonly baseOffset?: number
  /** Anything but none makes one wrapper message around all. Default: none. */
  readonly codec?: Exclude<CodecId, 4>
  readonly level?: number
  /** Default: CreateTime. */
  readonly timestampType?: TimestampType
}

/**
 * Builds a message set of magic 0 (offsets inside a wrapper absolute, no timestamps) or 1 (offsets inside a wrapper relative).
 * @throws ProtocolError for a compressed set without records, integers beyond their field, or zstd, which is younger than these formats
 */
export function buildMessageSet(input: MessageSetInput): Buffer {
  const { magic, codec = codecs.none, level } = input
  const inner = innerSet(input)
  if (codec === codecs.none) return inner
  const value = magic === 0 && codec === codecs.lz4 ? lz4Compress(inner, true) : compress(codec, inner, level)
  return wrapper(input, codec, value)
}

/** The same, with compression off the event loop. Keys and values must stay as they are until it settles. */
export async function buildMessageSetAsync(input: MessageSetInput): Promise<Buffer> {
  const { magic, codec = codecs.none, level } = input
  const inner = innerSet(input)
  if (codec === codecs.none) return inner
  const value = magic === 0 && codec === codecs.lz4 ? await lz4CompressAsync(inner, true) : await compressAsync(codec, inner, level)
  return wrapper(input, codec, value)
}

function innerSet({ magic, records, baseOffset = 0, codec = codecs.none, timestampType = 'CreateTime' }: MessageSetInput): Buffer {
  const relative = magic === 1 && codec !== codecs.none
  const messages = records.map(({ key = null, value = null, timestamp = NO_TIMESTAMP, offsetDelta }, index) => {
    const offset = (relative ? 0 : baseOffset) + (offsetDelta ?? index)
    checkInteger(`records[${index}].offset`, offset, 0, Number.MAX_SAFE_INTEGER)
    checkInteger(`records[${index}].timestamp`, timestamp, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    return writeMessage({ magic, offset, timestampType, timestamp, key, value } satisfies MessageInput)
  })
  return Buffer.concat(messages)
}

function wrapper({ magic, records, baseOffset = 0, timestampType = 'CreateTime' }: MessageSetInput, codec: CodecId, value: Buffer): Buffer {
  if (codec === codecs.zstd) throw new ProtocolError('zstd in a format older than it', { api: 'message set', field: 'codec' })
  const last = records.at(-1)
  if (last === undefined) throw new ProtocolError('compressed message set without records', { api: 'message set', field: 'records' })
  const timestamp = records.reduce((max, record) => Math.max(max, record.timestamp ?? NO_TIMESTAMP), NO_TIMESTAMP)
  return writeMessage({ magic, offset: baseOffset + (last.offsetDelta ?? records.length - 1), codec, timestampType, timestamp, value })
}
