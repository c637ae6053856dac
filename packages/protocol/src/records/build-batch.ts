import { type CodecId, codecs, compress, compressAsync } from '../compression/index.ts'
import { crc32c } from '../wire/crc.ts'
import { sizeOfVarint, writeVarint } from '../wire/varint.ts'
import { checkInteger } from './check-integer.ts'
import { writeInt64 } from './int64.ts'
import {
  batchLayout as at,
  attributeBits,
  BATCH_OVERHEAD,
  LOG_OVERHEAD,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  type TimestampType,
} from './layout.ts'
import type { RecordInput } from './record.ts'
import { recordBodySize, writeRecordBody } from './write-record.ts'

export interface BatchInput {
  readonly records: readonly RecordInput[]
  /** Default: 0, as producers send it. */
  readonly baseOffset?: number
  /** Default: that of the last record, 0 without records. */
  readonly lastOffsetDelta?: number
  /** Default: none. */
  readonly codec?: CodecId
  /** Compression level, as the codec counts them (gzip 1-9, zstd 1-22); snappy and lz4 have none. */
  readonly level?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
  /** Default: CreateTime. */
  readonly timestampType?: TimestampType
  /** Default: the greatest of the records'. With LogAppendTime it stands for all of them. */
  readonly maxTimestamp?: number
  readonly partitionLeaderEpoch?: number
  /** KIP-534: stands in for the base timestamp. */
  readonly deleteHorizonMs?: number
}

/**
 * Builds a batch of magic 2, with its CRC.
 * @throws ProtocolError for what no batch can hold: offsets that do not rise, integers beyond 2^53 - 1 or their field
 */
export function buildBatch(input: BatchInput): Buffer {
  const { codec = codecs.none, level } = input
  const batch = writeUncompressed(input)
  return codec === codecs.none ? sealed(batch) : sealed(withPayload(batch, compress(codec, batch.subarray(at.records), level)))
}

/** The same, with compression off the event loop. Keys and values must stay as they are until it settles. */
export async function buildBatchAsync(input: BatchInput): Promise<Buffer> {
  const { codec = codecs.none, level } = input
  const batch = writeUncompressed(input)
  return codec === codecs.none ? sealed(batch) : sealed(withPayload(batch, await compressAsync(codec, batch.subarray(at.records), level)))
}

/** Everything but length and CRC, which depend on the payload's final form. */
function writeUncompressed(input: BatchInput): Buffer {
  const { records } = input
  const baseTimestamp = input.deleteHorizonMs ?? records[0]?.timestamp ?? NO_TIMESTAMP
  const sizes = records.map((record, index) => recordBodySize(record, index, baseTimestamp))
  const total = sizes.reduce((sum, size) => sum + sizeOfVarint(size) + size, 0)
  const batch = Buffer.allocUnsafe(BATCH_OVERHEAD + total)
  writeHeader(batch, input, baseTimestamp)
  let position: number = at.records
  for (const [index, record] of records.entries()) {
    position = writeVarint(batch, position, sizes[index]!)
    position = writeRecordBody(batch, position, record, index, baseTimestamp)
  }
  return batch
}

function writeHeader(batch: Buffer, input: BatchInput, baseTimestamp: number): void {
  const least = checkedLastDelta(input.records)
  const { lastOffsetDelta = least } = input
  const header = {
    baseOffset: input.baseOffset ?? 0,
    maxTimestamp: input.maxTimestamp ?? input.records.reduce((max, { timestamp = NO_TIMESTAMP }) => Math.max(max, timestamp), NO_TIMESTAMP),
    producerId: input.producerId ?? NO_PRODUCER_ID,
    baseTimestamp,
  }
  for (const [field, value] of Object.entries(header)) checkInteger(field, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  const { partitionLeaderEpoch = NO_PARTITION_LEADER_EPOCH, producerEpoch = NO_PRODUCER_EPOCH, baseSequence = NO_SEQUENCE } = input
  checkInteger('partitionLeaderEpoch', partitionLeaderEpoch, -1, 0x7fff_ffff)
  checkInteger('producerEpoch', producerEpoch, -1, 0x7fff)
  checkInteger('baseSequence', baseSequence, -1, 0x7fff_ffff)
  checkInteger('lastOffsetDelta', lastOffsetDelta, least, 0x7fff_ffff)
  writeInt64(batch, at.baseOffset, header.baseOffset)
  batch.writeInt32BE(partitionLeaderEpoch, at.partitionLeaderEpoch)
  batch.writeInt8(2, at.magic)
  batch.writeInt16BE(attributesOf(input), at.attributes)
  batch.writeInt32BE(lastOffsetDelta, at.lastOffsetDelta)
  writeInt64(batch, at.baseTimestamp, baseTimestamp)
  writeInt64(batch, at.maxTimestamp, header.maxTimestamp)
  writeInt64(batch, at.producerId, header.producerId)
  batch.writeInt16BE(producerEpoch, at.producerEpoch)
  batch.writeInt32BE(baseSequence, at.baseSequence)
  batch.writeInt32BE(input.records.length, at.count)
}

function attributesOf(input: BatchInput): number {
  return (
    (input.codec ?? codecs.none) |
    (input.timestampType === 'LogAppendTime' ? attributeBits.timestampType : 0) |
    (input.isTransactional ? attributeBits.transactional : 0) |
    (input.isControl ? attributeBits.control : 0) |
    (input.deleteHorizonMs === undefined ? 0 : attributeBits.deleteHorizon)
  )
}

/** Offset delta of the last record, 0 without records. @throws ProtocolError when the deltas do not rise */
function checkedLastDelta(records: readonly RecordInput[]): number {
  let last = -1
  for (const [index, { offsetDelta = index }] of records.entries()) {
    checkInteger(`records[${index}].offsetDelta`, offsetDelta, last + 1, 0x7fff_ffff)
    last = offsetDelta
  }
  return Math.max(last, 0)
}

function withPayload(batch: Buffer, payload: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(BATCH_OVERHEAD + payload.length)
  batch.copy(whole, 0, 0, BATCH_OVERHEAD)
  payload.copy(whole, BATCH_OVERHEAD)
  return whole
}

function sealed(batch: Buffer): Buffer {
  batch.writeInt32BE(batch.length - LOG_OVERHEAD, at.length)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
  return batch
}
