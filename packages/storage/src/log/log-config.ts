import type { TimestampType } from '@logan/protocol'

/**
 * Settings of one log, by Kafka's names in camelCase. All may change while it runs: assign a new object to `log.config`.
 * Sizes in bytes, times in milliseconds; -1 means "no limit" for the retentions.
 */
export interface LogConfig {
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly fileDeleteDelayMs: number
  readonly maxMessageBytes: number
  readonly messageTimestampType: TimestampType
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  /** `sync`: whoever waits for `durable` gets a sync. `os`: the system writes back when it likes; a log syncs when a segment is full and when it is closed. */
  readonly flushMode: 'sync' | 'os'
  /** Whether the records inside a client's batch are looked at, decompressed if need be: see `BatchRules`. */
  readonly checkRecords: boolean
  readonly producerIdExpirationMs: number
  /** The log has been compacted, so that offsets may be missing between its batches. Default: false, a gap is a fault. */
  readonly mayHaveGaps?: boolean
}

/** Kafka's defaults. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 ** 3,
  segmentMs: 7 * 24 * 3600 * 1000,
  indexIntervalBytes: 4096,
  segmentIndexBytes: 10 * 1024 ** 2,
  retentionMs: 7 * 24 * 3600 * 1000,
  retentionBytes: -1,
  fileDeleteDelayMs: 60_000,
  maxMessageBytes: 1024 ** 2 + 12,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3600 * 1000,
  flushMode: 'sync',
  checkRecords: true,
  producerIdExpirationMs: 24 * 3600 * 1000,
}
