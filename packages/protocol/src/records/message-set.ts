import { codecs, type DecompressOptions, decompress, decompressAsync } from '../compression/index.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { NO_SEQUENCE } from './layout.ts'
import { type LegacyMessage, malformed, messageSize, readMessage } from './legacy-message.ts'
import { type LogRecord, noHeaders } from './record.ts'
import type { SplitOptions } from './split-batches.ts'

// Reading message sets (magic 0 and 1). A compressed message wraps a set of its own, never deeper than that.

export interface MessageSetOptions extends SplitOptions, Pick<DecompressOptions, 'maxSize' | 'strict'> {}

/**
 * Takes a message set apart into its outer messages and checks them (CRC-32, lengths, magic); wrappers stay closed.
 * @throws ProtocolError for a malformed message, or an end inside one (unless `allowPartial`, as in Fetch responses)
 */
export function splitMessageSet(bytes: Uint8Array, { allowPartial = false }: SplitOptions = {}): LegacyMessage[] {
  const buffer = asBuffer(bytes)
  const messages: LegacyMessage[] = []
  let position = 0
  while (position < buffer.length) {
    const size = messageSize(buffer, position)
    if (size === null || size > buffer.length - position) {
      if (allowPartial) break
      throw malformed('bytes end inside a message', `[${messages.length}]`, position)
    }
    messages.push(readMessage(buffer, position, size))
    position += size
  }
  return messages
}

/**
 * Iterates over the records of a message set, those inside wrappers with their absolute offsets and their timestamps.
 * @throws ProtocolError where something is malformed; the records before it have then been seen
 */
export function* readMessageSet(bytes: Uint8Array, options: MessageSetOptions = {}): Generator<LogRecord, void> {
  for (const message of splitMessageSet(bytes, options)) {
    for (const inner of openMessage(message, options)) yield toRecord(inner)
  }
}

/** The messages that hold records: a wrapper's, or the message itself. @throws ProtocolError for a malformed wrapper */
export function openMessage(message: LegacyMessage, options: MessageSetOptions = {}): LegacyMessage[] {
  if (message.codec === codecs.none) return [message]
  return innerMessages(message, decompress(message.codec, wrappedValue(message), decompressOptions(message, options)))
}

/** The same, with decompression off the event loop. */
export async function openMessageAsync(message: LegacyMessage, options: MessageSetOptions = {}): Promise<LegacyMessage[]> {
  if (message.codec === codecs.none) return [message]
  return innerMessages(message, await decompressAsync(message.codec, wrappedValue(message), decompressOptions(message, options)))
}

export function toRecord({ offset, timestamp, key, value }: LegacyMessage): LogRecord {
  return { offset, timestamp, key, value, headers: noHeaders, sequence: NO_SEQUENCE }
}

function wrappedValue({ codec, value }: LegacyMessage): Buffer {
  if (codec === codecs.zstd) throw malformed('zstd in a format older than it', 'codec', 0)
  if (value === null) throw malformed('compressed message without a value', 'value', 0)
  return value
}

function decompressOptions({ magic }: LegacyMessage, { maxSize, strict }: MessageSetOptions): DecompressOptions {
  return {
    ignoreLz4HeaderChecksum: magic === 0,
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(strict === undefined ? {} : { strict }),
  }
}

function innerMessages(wrapper: LegacyMessage, bytes: Buffer): LegacyMessage[] {
  const messages = splitMessageSet(bytes)
  const last = messages.at(-1)
  if (last === undefined) throw malformed('compressed message without messages inside', 'value', 0)
  for (const { codec, magic } of messages) {
    if (codec !== codecs.none) throw malformed('compressed message inside a compressed message', 'codec', 0)
    if (magic !== wrapper.magic) throw malformed(`magic ${magic} inside a message of magic ${wrapper.magic}`, 'magic', 0)
  }
  return wrapper.magic === 0 ? messages : resolved(wrapper, messages, last.offset)
}

/** Magic 1 (KIP-31, KIP-32): inner offsets count up to the wrapper's, and an append time stands in the wrapper alone. */
function resolved(wrapper: LegacyMessage, messages: LegacyMessage[], lastInner: number): LegacyMessage[] {
  if (wrapper.offset !== 0 && wrapper.offset < lastInner) {
    throw malformed(`offset ${wrapper.offset} around an inner offset ${lastInner}`, 'offset', 0)
  }
  // Some versions of librdkafka produce wrappers with offset 0.
  const base = wrapper.offset === 0 ? 0 : wrapper.offset - lastInner
  return messages.map((message) => ({
    ...message,
    offset: base + message.offset,
    timestampType: wrapper.timestampType,
    timestamp: wrapper.timestampType === 'LogAppendTime' ? wrapper.timestamp : message.timestamp,
  }))
}
