export { allRecords } from './all-records.ts'
export { RecordBatchView, setBaseOffset, setMaxTimestamp, setPartitionLeaderEpoch } from './batch-view.ts'
export { type BatchInput, buildBatch, buildBatchAsync } from './build-batch.ts'
export { buildMessageSet, buildMessageSetAsync, type MessageSetInput } from './build-message-set.ts'
export { type ControlRecord, type ControlType, controlRecord, parseControlRecord } from './control.ts'
export { KRaftVersionRecord, LeaderChangeMessage, SnapshotFooterRecord, SnapshotHeaderRecord, VotersRecord } from './control-messages.ts'
export { type DownConvertOptions, downConvert, downConvertAsync, type UpConvertOptions, upConvert, upConvertAsync } from './convert.ts'
export {
  BATCH_OVERHEAD,
  batchLayout,
  LOG_OVERHEAD,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  type TimestampType,
} from './layout.ts'
export type { LegacyMagic, LegacyMessage } from './legacy-message.ts'
export { type MessageSetOptions, openMessage, openMessageAsync, readMessageSet, splitMessageSet } from './message-set.ts'
export type { RecordsOptions } from './payload.ts'
export type { HeaderInput, LogRecord, RecordHeader, RecordInput } from './record.ts'
export { records, recordsAsync } from './records.ts'
export { decrementSequence, incrementSequence } from './sequence.ts'
export { magicAt, type SplitOptions, splitBatches } from './split-batches.ts'
export { type BatchFault, type BatchFaultReason, type BatchOrigin, validateBatch } from './validate-batch.ts'
export { type RecordsSummary, validateRecords, validateRecordsAsync } from './validate-records.ts'
