import type { ErrorName } from '@logan/protocol'
import type { LogCheckpoint, LogRange } from '@logan/storage'
import type { ClusterImage } from '../cluster/image.ts'
import type { BrokerConfig } from '../config/broker-config.ts'

/** Everything that may cross to a shard: a closed union, so that the compiler finds what a new command must touch. */
export type ShardCommand =
  | ApplyImage
  | Append
  | Peek
  | Read
  | AwaitProgress
  | ListOffset
  | DeleteRecords
  | EpochEndOffset
  | DescribeLogs
  | ApplyRetention
  | Checkpoint

/** The answer that belongs to a command. */
export type AnswerTo<C extends ShardCommand> = ShardAnswers[C['kind']]

interface ShardAnswers {
  applyImage: undefined
  append: AppendAnswer
  peek: PeekAnswer[]
  read: ReadAnswer[]
  awaitProgress: undefined
  listOffset: ListOffsetAnswer
  deleteRecords: DeleteRecordsAnswer
  epochEndOffset: EpochEndOffsetAnswer
  describeLogs: LogDescription[]
  applyRetention: undefined
  checkpoint: LogCheckpoint[]
}

export interface PartitionRef {
  readonly topicId: string
  readonly partition: number
}

/** Holds a new image; answered when the logs it adds are open and those it drops are out of reach. */
export interface ApplyImage {
  readonly kind: 'applyImage'
  readonly image: ClusterImage
  readonly config: BrokerConfig
}

/** Appends one batch. Commands for a partition take effect in the order in which they were posted, however long a check takes. */
export interface Append extends PartitionRef {
  readonly kind: 'append'
  readonly records: Buffer | null
  /** -1: answered when durable (`flush.mode=sync`); 0 and 1: when written. */
  readonly acks: number
  /** How long the answer may wait for the sync; the append itself stands whatever becomes of the wait. */
  readonly timeoutMs: number
}

export interface RecordError {
  readonly batchIndex: number
  readonly message: string
}

export interface AppendAnswer {
  readonly error: ErrorName
  readonly errorMessage: string | null
  readonly recordErrors: readonly RecordError[]
  readonly baseOffset: number
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
}

/** Whose view of the log a read has: `committed` ends at the last stable offset, else at the high watermark. */
export type Isolation = 'uncommitted' | 'committed'

export interface FetchPosition extends PartitionRef {
  readonly fetchOffset: number
  /** -1: unknown to the client, not checked. */
  readonly currentLeaderEpoch: number
  /** -1: not sent. Otherwise truncation is looked for (KIP-595). */
  readonly lastFetchedEpoch: number
  readonly maxBytes: number
}

/** How much each partition could give now, without holding anything. */
export interface Peek {
  readonly kind: 'peek'
  readonly positions: readonly FetchPosition[]
  readonly isolation: Isolation
}

export interface PeekAnswer {
  readonly error: ErrorName
  /** Bytes of whole batches within the position's `maxBytes`; of the first batch alone when that is larger. */
  readonly readableBytes: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number } | null
  /** More was appended than may be seen yet: a sync is on its way. */
  readonly isSyncPending: boolean
}

/** A part of the budget of a fetch: what one partition may give. */
export interface ReadPosition extends PartitionRef {
  readonly fetchOffset: number
  readonly maxBytes: number
  /** The first batch whole, even when it is larger than `maxBytes`. */
  readonly minOneBatch: boolean
}

export interface Read {
  readonly kind: 'read'
  readonly positions: readonly ReadPosition[]
  readonly isolation: Isolation
}

/** The range is pinned until whoever got it calls `release`. */
export interface ReadAnswer {
  readonly error: ErrorName
  readonly range: LogRange | null
}

/** Resolves once something moved on one of the partitions, or `signal` was aborted. Holds no pins. */
export interface AwaitProgress {
  readonly kind: 'awaitProgress'
  readonly seen: readonly (PartitionRef & { readonly highWatermark: number; readonly logStartOffset: number })[]
  readonly signal: AbortSignal
}

export interface ListOffset extends PartitionRef {
  readonly kind: 'listOffset'
  readonly query: OffsetQuery
  readonly currentLeaderEpoch: number
  readonly isolation: Isolation
}

export type OffsetQuery = 'earliest' | 'latest' | 'maxTimestamp' | { readonly timestampMs: number }

export interface ListOffsetAnswer {
  readonly error: ErrorName
  readonly offset: number
  readonly timestampMs: number
  readonly leaderEpoch: number
}

export interface DeleteRecords extends PartitionRef {
  readonly kind: 'deleteRecords'
  /** The new log start offset; -1 stands for the high watermark. */
  readonly beforeOffset: number
}

export interface DeleteRecordsAnswer {
  readonly error: ErrorName
  readonly lowWatermark: number
}

export interface EpochEndOffset extends PartitionRef {
  readonly kind: 'epochEndOffset'
  readonly currentLeaderEpoch: number
  readonly leaderEpoch: number
}

export interface EpochEndOffsetAnswer {
  readonly error: ErrorName
  readonly leaderEpoch: number
  readonly endOffset: number
}

export interface DescribeLogs {
  readonly kind: 'describeLogs'
  /** Null: every log of the shard. */
  readonly partitions: readonly PartitionRef[] | null
}

export interface LogDescription extends PartitionRef {
  readonly sizeInBytes: number
}

export interface ApplyRetention {
  readonly kind: 'applyRetention'
}

/** Where each log stands, for the checkpoint files of the directory. */
export interface Checkpoint {
  readonly kind: 'checkpoint'
}
