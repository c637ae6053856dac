import { type CodecId, codecs } from '../compression/index.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { RecordBatchView } from './batch-view.ts'
import { type BatchInput, buildBatch, buildBatchAsync } from './build-batch.ts'
import { buildMessageSet, buildMessageSetAsync, type MessageSetInput } from './build-message-set.ts'
import type { LegacyMagic, LegacyMessage } from './legacy-message.ts'
import { type MessageSetOptions, openMessage, openMessageAsync, splitMessageSet } from './message-set.ts'
import type { RecordsOptions } from './payload.ts'
import type { LogRecord } from './record.ts'
import { records, recordsAsync } from './records.ts'

// Between the formats: up for old producers (Produce 0 to 2), down for old consumers (Fetch 0 to 3).

export interface UpConvertOptions extends Pick<MessageSetOptions, 'maxSize'> {
  /** Codec of the batch. Default: that of the message set. */
  readonly codec?: CodecId
  readonly level?: number
}

/**
 * Makes one batch of magic 2, base offset 0, of a producer's message set; offsets in the set are not looked at, as in Kafka.
 * The type of its timestamps is kept, so that `validateBatch` refuses LogAppendTime from a producer.
 * @throws ProtocolError for a malformed set (Kafka answers CORRUPT_MESSAGE), an empty one, several magics, or a compressed message among others
 */
export function upConvert(bytes: Uint8Array, options: UpConvertOptions = {}): Buffer {
  const outer = checkedSet(bytes)
  const messages = outer.flatMap((message) => openMessage(message, { ...options, strict: true }))
  return buildBatch(batchOf(outer, messages, options))
}

/** The same, with compression off the event loop. The bytes must stay as they are until it settles. */
export async function upConvertAsync(bytes: Uint8Array, options: UpConvertOptions = {}): Promise<Buffer> {
  const outer = checkedSet(bytes)
  const messages = outer.length === 1 ? await openMessageAsync(outer[0]!, { ...options, strict: true }) : outer
  return buildBatchAsync(batchOf(outer, messages, options))
}

export interface DownConvertOptions extends RecordsOptions {
  /** Leave earlier records of an uncompressed batch out, which librdkafka relies on. Default: all records. */
  readonly firstOffset?: number
}

/**
 * Makes a message set of a whole batch of magic 2. Headers are lost; a control batch gives nothing, since old clients would take it for data.
 * @throws ProtocolError for a malformed batch, or one compressed with zstd (Kafka answers UNSUPPORTED_COMPRESSION_TYPE)
 */
export function downConvert(batch: RecordBatchView, magic: LegacyMagic, options: DownConvertOptions = {}): Buffer {
  if (batch.isControl) return Buffer.alloc(0)
  const input = messageSetOf(batch, magic, [...records(batch, options)], options.firstOffset)
  return input === null ? Buffer.alloc(0) : buildMessageSet(input)
}

/** The same, with compression off the event loop. The batch's bytes must stay as they are until it settles. */
export async function downConvertAsync(batch: RecordBatchView, magic: LegacyMagic, options: DownConvertOptions = {}): Promise<Buffer> {
  if (batch.isControl) return Buffer.alloc(0)
  const input = messageSetOf(batch, magic, [...(await recordsAsync(batch, options))], options.firstOffset)
  return input === null ? Buffer.alloc(0) : buildMessageSetAsync(input)
}

function checkedSet(bytes: Uint8Array): LegacyMessage[] {
  const outer = splitMessageSet(bytes)
  if (outer.length === 0) throw new ProtocolError('message set without messages', { api: 'message set' })
  if (outer.some(({ magic }) => magic !== outer[0]!.magic))
    throw new ProtocolError('several magics', { api: 'message set', field: 'magic' })
  if (outer.length > 1 && outer.some(({ codec }) => codec !== codecs.none)) {
    throw new ProtocolError('compressed message among others', { api: 'message set', field: 'codec' })
  }
  return outer
}

function batchOf(outer: LegacyMessage[], messages: LegacyMessage[], { codec, level }: UpConvertOptions): BatchInput {
  return {
    records: messages.map(({ timestamp, key, value }) => ({ timestamp, key, value })),
    // A codec that means nothing has failed to decompress before.
    codec: codec ?? (outer[0]!.codec as CodecId),
    ...(level === undefined ? {} : { level }),
    timestampType: messages.some(({ timestampType }) => timestampType === 'LogAppendTime') ? 'LogAppendTime' : 'CreateTime',
  }
}

function messageSetOf(batch: RecordBatchView, magic: LegacyMagic, all: LogRecord[], firstOffset = 0): MessageSetInput | null {
  const codec = batch.codec as CodecId
  if (codec === codecs.zstd) throw new ProtocolError('zstd in a format older than it', { api: 'message set', field: 'codec' })
  const kept = codec === codecs.none ? all.filter(({ offset }) => offset >= firstOffset) : all
  const first = kept[0]
  if (first === undefined) return null
  return {
    magic,
    baseOffset: first.offset,
    records: kept.map(({ offset, timestamp, key, value }) => ({ offsetDelta: offset - first.offset, timestamp, key, value })),
    codec,
    timestampType: batch.timestampType,
  }
}
