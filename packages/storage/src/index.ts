export {
  type LogCheckpoint,
  LogDirectory,
  type LogDirectoryOptions,
  type OpenLogOptions,
  type PartitionDirectory,
} from './directory/log-directory.ts'
export { type DirectoryLock, DirectoryLockedError, type Disk, DiskError, type DiskFile, type DiskSpace, type OpenHow } from './disk/disk.ts'
export { createNodeDisk, nodeDisk } from './disk/node-disk.ts'
export { readWholeFile, writeFileAtomically } from './disk/whole-file.ts'
export { type AppendResult, Log } from './log/log.ts'
export { defaultLogConfig, type LogConfig } from './log/log-config.ts'
export { CorruptRange, LogFailed, OffsetOutOfRange } from './log/log-errors.ts'
export type { LogRange } from './log/log-range.ts'
export type { LogCheckpoints, LogOptions } from './log/open-log.ts'
export type { ReadOptions } from './log/read-range.ts'
export type { LogRecovery } from './log/recovery.ts'
export { SyncScheduler } from './log/sync-scheduler.ts'
export type { TimestampedOffset } from './log/timestamp-lookup.ts'
export { AppendRefused, type RecordError } from './state/append-refused.ts'
export type { CheckedBatch } from './state/batch-check.ts'
export type { MetaProperties } from './state/meta-properties.ts'
export type { ProducerEntry } from './state/producer-entry.ts'
export type { AppendOrigin } from './state/producer-state.ts'
