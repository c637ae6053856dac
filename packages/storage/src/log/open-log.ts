import type { Clock, Logger } from '@logan/common'
import type { Disk } from '../disk/disk.ts'
import { Segment } from '../segment/segment.ts'
import { ProducerState } from '../state/producer-state.ts'
import { LeaderEpochFile } from './leader-epoch-file.ts'
import type { LogConfig } from './log-config.ts'
import { findSegments, prepareDirectory, removeLeftovers } from './log-files.ts'
import { ProducerSnapshots } from './producer-snapshots.ts'
import { type LogRecovery, recoverSegments } from './recovery.ts'
import { DelayedRemoval } from './removal.ts'
import type { SyncScheduler } from './sync-scheduler.ts'

/** What a log has to say to the checkpoint files of its directory. */
export interface LogCheckpoints {
  /** Resolves when the offset is durable. */
  saveLogStartOffset(offset: number): Promise<void>
  /** The log goes away: another one of its name must not find its offsets. Resolves when that is durable. */
  forget(): Promise<void>
}

export interface LogOptions {
  readonly disk: Disk
  /** `<log dir>/<topic>-<partition>`; made when missing. */
  readonly directory: string
  /** Kafka's 22 characters. */
  readonly topicId: string
  readonly clock: Clock
  readonly logger: Logger
  readonly config: LogConfig
  /** One for all logs of the process. */
  readonly syncs: SyncScheduler
  readonly recovery: LogRecovery
  /** Without it nothing is checkpointed: log start offsets within a segment are forgotten by a crash. */
  readonly checkpoints?: LogCheckpoints
}

/** What opening found or made. */
export interface OpenedLog {
  /** Its directory, and perhaps the one above, must still be made durable: files were made, now or by a process that came to no good end. */
  readonly isUnsynced: boolean
  readonly segments: readonly Segment[]
  readonly epochs: LeaderEpochFile
  readonly producers: ProducerState
  readonly snapshots: ProducerSnapshots
  readonly removal: DelayedRemoval
  readonly logStartOffset: number
  readonly durableOffset: number
}

/** Opens, or makes, the files of a log and brings them into order. */
export async function openFiles(options: LogOptions): Promise<OpenedLog> {
  const { disk, directory, clock, logger, recovery, config } = options
  const isNewDirectory = prepareDirectory(disk, directory, options.topicId, logger)
  if (!isNewDirectory) await removeLeftovers(disk, directory)
  const parts = {
    epochs: LeaderEpochFile.load(disk, directory, logger),
    producers: new ProducerState(),
    snapshots: new ProducerSnapshots(disk, directory, logger),
    removal: new DelayedRemoval(clock, logger),
  }
  const nowMs = clock.now()
  const createSegment = (baseOffset: number): Segment => Segment.create({ disk, directory, baseOffset, nowMs })
  const found = findSegments(disk, directory, nowMs)
  const recovered = found.length === 0 ? [] : await recoverSegments(found, { ...parts, recovery, config, nowMs, createSegment, logger })
  const usable = endsBehindStart(recovered, options) ? [] : recovered
  for (const segment of missingIn(usable, [...found, ...recovered])) parts.removal.add(segment, config.fileDeleteDelayMs)
  // Offsets that were durable are not given again, even if nothing is left of the log.
  const segments = usable.length === 0 ? [createSegment(Math.max(recovery.logStartOffset, recovery.recoveryPoint))] : usable

  const logEndOffset = segments.at(-1)!.nextOffset
  const logStartOffset = Math.max(recovery.logStartOffset, segments[0]!.baseOffset)
  await parts.snapshots.removeAbove(logEndOffset)
  parts.epochs.truncateFromEnd(logEndOffset)
  parts.epochs.truncateFromStart(logStartOffset)
  const isAllDurable = recovery.clean || usable.length === 0
  return {
    ...parts,
    segments,
    logStartOffset,
    durableOffset: isAllDurable ? logEndOffset : Math.min(recovery.recoveryPoint, logEndOffset),
    isUnsynced: !recovery.clean || missingIn(found, segments).size > 0,
  }
}

/** Its records were deleted, and the rest has been lost: only offsets from its start on may be given again. */
function endsBehindStart(segments: readonly Segment[], { directory, recovery, logger }: LogOptions): boolean {
  const last = segments.at(-1)
  if (last === undefined || last.nextOffset >= recovery.logStartOffset) return false
  logger.error(
    { directory, logEndOffset: last.nextOffset, logStartOffset: recovery.logStartOffset },
    'the log ends before its start: all of it goes',
  )
  return true
}

function missingIn(kept: readonly Segment[], all: readonly Segment[]): Set<Segment> {
  const missing = new Set(all)
  for (const segment of kept) missing.delete(segment)
  return missing
}
