import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { crc32c } from '../wire/crc.ts'
import { readInt64, readSafeInt64, writeInt64 } from './int64.ts'
import { batchLayout as at, attributeBits, BATCH_OVERHEAD, LOG_OVERHEAD, NO_SEQUENCE, type TimestampType } from './layout.ts'
import { incrementSequence } from './sequence.ts'

/**
 * A record batch of magic 2, read in place: nothing is copied, each accessor reads its field.
 *
 * The first 61 bytes (`BATCH_OVERHEAD`) from `position` must be there, else the constructor throws a ProtocolError; the records need
 * not be, unless a function says so. Nothing else is checked on construction: see `validateBatch`.
 * The getters of int64 fields throw a ProtocolError beyond 2^53 - 1.
 */
export class RecordBatchView {
  readonly buffer: Buffer
  readonly position: number

  constructor(bytes: Uint8Array, position = 0) {
    if (position < 0 || position + BATCH_OVERHEAD > bytes.length) {
      throw new ProtocolError('fewer bytes than the 61 of a batch header', { api: 'record batch', position })
    }
    this.buffer = asBuffer(bytes)
    this.position = position
  }

  get baseOffset(): number {
    return readSafeInt64(this.buffer, this.position + at.baseOffset, 'baseOffset')
  }

  /** Bytes of the whole batch, by its length field. */
  get sizeInBytes(): number {
    return LOG_OVERHEAD + this.buffer.readInt32BE(this.position + at.length)
  }

  get partitionLeaderEpoch(): number {
    return this.buffer.readInt32BE(this.position + at.partitionLeaderEpoch)
  }

  get magic(): number {
    return this.buffer.readInt8(this.position + at.magic)
  }

  /** The CRC-32C that stands in the batch, unsigned. */
  get crc(): number {
    return this.buffer.readUInt32BE(this.position + at.crc)
  }

  /** The raw attribute bits; the getters below give them names. */
  get attributes(): number {
    return this.buffer.readInt16BE(this.position + at.attributes)
  }

  /** Compression codec id, 0 to 7: see `codecs`; 5 to 7 mean nothing. */
  get codec(): number {
    return this.attributes & attributeBits.codec
  }

  get timestampType(): TimestampType {
    return (this.attributes & attributeBits.timestampType) === 0 ? 'CreateTime' : 'LogAppendTime'
  }

  get isTransactional(): boolean {
    return (this.attributes & attributeBits.transactional) !== 0
  }

  get isControl(): boolean {
    return (this.attributes & attributeBits.control) !== 0
  }

  /** KIP-534: `baseTimestamp` is then the time from which the batch's tombstones may go. */
  get hasDeleteHorizon(): boolean {
    return (this.attributes & attributeBits.deleteHorizon) !== 0
  }

  get lastOffsetDelta(): number {
    return this.buffer.readInt32BE(this.position + at.lastOffsetDelta)
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta
  }

  /** Milliseconds; the zero of the records' timestamp deltas. */
  get baseTimestamp(): number {
    return readSafeInt64(this.buffer, this.position + at.baseTimestamp, 'baseTimestamp')
  }

  /** Milliseconds; with LogAppendTime the timestamp of every record. */
  get maxTimestamp(): number {
    return readSafeInt64(this.buffer, this.position + at.maxTimestamp, 'maxTimestamp')
  }

  /** -1 without one. */
  get producerId(): number {
    return readSafeInt64(this.buffer, this.position + at.producerId, 'producerId')
  }

  get hasProducerId(): boolean {
    return readInt64(this.buffer, this.position + at.producerId) >= 0
  }

  get producerEpoch(): number {
    return this.buffer.readInt16BE(this.position + at.producerEpoch)
  }

  /** -1 without one. */
  get baseSequence(): number {
    return this.buffer.readInt32BE(this.position + at.baseSequence)
  }

  /** Sequence of the last record; starts again at 0 after 2^31 - 1. -1 without sequences. */
  get lastSequence(): number {
    const { baseSequence } = this
    return baseSequence === NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(baseSequence, this.lastOffsetDelta)
  }

  /** Number of records. Compaction keeps offsets, so it may be less than `lastOffsetDelta + 1`, even 0. */
  get count(): number {
    return this.buffer.readInt32BE(this.position + at.count)
  }

  /** The whole batch, as a view. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.position, this.position + this.sizeInBytes)
  }

  /** The records as they are stored (compressed if `codec` is not 0), as a view. */
  get payload(): Buffer {
    return this.buffer.subarray(this.position + at.records, this.position + this.sizeInBytes)
  }

  /** The CRC-32C that the batch ought to have; needs the whole batch. */
  computeCrc(): number {
    return crc32c(this.buffer.subarray(this.position + at.attributes, this.position + this.sizeInBytes))
  }
}

/** Sets the base offset in place; the CRC does not cover it. */
export function setBaseOffset(batch: RecordBatchView, baseOffset: number): void {
  writeInt64(batch.buffer, batch.position + at.baseOffset, baseOffset)
}

/** Sets the leader epoch in place; the CRC does not cover it. */
export function setPartitionLeaderEpoch(batch: RecordBatchView, epoch: number): void {
  batch.buffer.writeInt32BE(epoch, batch.position + at.partitionLeaderEpoch)
}

/**
 * Sets timestamp type and maximum in place, as a broker does on append, and computes the CRC anew where that changes anything.
 * Needs the whole batch.
 */
export function setMaxTimestamp(batch: RecordBatchView, timestampType: TimestampType, maxTimestamp: number): void {
  if (batch.timestampType === timestampType && batch.maxTimestamp === maxTimestamp) return
  const { buffer, position } = batch
  const others = batch.attributes & ~attributeBits.timestampType
  buffer.writeInt16BE(timestampType === 'LogAppendTime' ? others | attributeBits.timestampType : others, position + at.attributes)
  writeInt64(buffer, position + at.maxTimestamp, maxTimestamp)
  buffer.writeUInt32BE(batch.computeCrc(), position + at.crc)
}
