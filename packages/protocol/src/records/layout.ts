/** Byte positions within a record batch of magic 2 (KIP-98). The first 17 bytes are laid out so that length and magic stand where older formats have them. */
export const batchLayout = {
  baseOffset: 0,
  /** int32: bytes that follow this field. */
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  /** From here to the end the CRC covers the batch. */
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const

/** Bytes of base offset and length, which `length` does not count; the same in every magic. */
export const LOG_OVERHEAD = 12

/** Bytes of a batch before its records: the least size of a batch. */
export const BATCH_OVERHEAD = 61

/** Bytes of the shortest record: length, attributes, four one-byte fields and a header count. */
export const LEAST_RECORD_SIZE = 7

export const attributeBits = {
  codec: 0x07,
  timestampType: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const

/** `message.timestamp.type`: set by the producer, or by the broker when it appends. */
export type TimestampType = 'CreateTime' | 'LogAppendTime'

export const NO_TIMESTAMP = -1
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
export const NO_PARTITION_LEADER_EPOCH = -1
