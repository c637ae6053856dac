import type { Logger } from '@logan/common'
import { ProtocolError, type RecordBatchView } from '@logan/protocol'
import { DiskError } from '../disk/disk.ts'
import { sequentialWindow, walkBatches } from '../segment/batch-walk.ts'
import { locate } from '../segment/locate.ts'
import type { Segment } from '../segment/segment.ts'
import type { ProducerState } from '../state/producer-state.ts'
import { type ScannedBatch, scanBatches } from './batch-scan.ts'
import type { LeaderEpochFile } from './leader-epoch-file.ts'
import { isLegacyMessage } from './legacy-batch.ts'
import type { LogConfig } from './log-config.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'

/** What the log directory knows of a log when it opens it. */
export interface LogRecovery {
  /** The last stop was in order: everything is as it was left. */
  readonly clean: boolean
  /** Everything below was durable once; above it a crash may have left anything. */
  readonly recoveryPoint: number
  readonly logStartOffset: number
}

export interface RecoveryContext {
  readonly recovery: LogRecovery
  readonly config: LogConfig
  readonly epochs: LeaderEpochFile
  readonly producers: ProducerState
  readonly snapshots: ProducerSnapshots
  readonly nowMs: number
  readonly createSegment: (baseOffset: number) => Segment
  readonly logger: Logger
}

/**
 * Brings segments, as they were found, into order: afterwards the last one has its end, indexes can be trusted and the producers are known.
 * After a clean stop nothing but headers behind the last snapshot is read. Otherwise every batch from the segment with the recovery point
 * on is checked, and the log is cut before the first one that is not whole.
 * @returns the segments that the log has now; those of the given that are not among them are for the caller to remove
 */
export async function recoverSegments(segments: readonly Segment[], context: RecoveryContext): Promise<readonly Segment[]> {
  const { recovery, config } = context
  const last = segments.at(-1)!
  if (recovery.clean && last.findEnd(config.indexIntervalBytes)) {
    for (const segment of segments) segment.assumeDurable()
    await replayProducers(segments, last.nextOffset, last.nextOffset, context)
    return segments
  }
  const first = Math.max(
    0,
    segments.findLastIndex(({ baseOffset }) => baseOffset <= recovery.recoveryPoint),
  )
  for (const segment of segments.slice(0, first)) segment.assumeDurable()
  const scannedFrom = segments[first]!.baseOffset
  await replayProducers(segments.slice(0, first), scannedFrom, scannedFrom, context)
  return skipLostOffsets(await scanFrom(segments, first, context), context)
}

/** Takes over the newest snapshot up to `snapshotLimit` and the batches between it and `endOffset`. */
async function replayProducers(
  segments: readonly Segment[],
  snapshotLimit: number,
  endOffset: number,
  context: RecoveryContext,
): Promise<void> {
  const { producers, snapshots, recovery, config, nowMs } = context
  const snapshot = await snapshots.latest(snapshotLimit)
  if (snapshot !== undefined) producers.load(snapshot.entries, nowMs, config.producerIdExpirationMs)
  // A clean stop leaves a snapshot; where there is none, there was nobody to know of.
  if (snapshot === undefined && recovery.clean) return
  const from = snapshot?.offset ?? 0
  for (const segment of segments) {
    if (segment.nextOffset <= from || segment.baseOffset >= endOffset) continue
    const { position } = locate(segment, Math.max(from, segment.baseOffset), config.indexIntervalBytes)
    walkBatches({ file: segment.records, from: position, end: segment.size, window: sequentialWindow }, (batch) => {
      noteProducer(producers, batch)
      return undefined
    })
  }
}

/** The checksum is not looked at here, so a header may have rotted: whoever reads that batch is told, and all others are served. */
function noteProducer(producers: ProducerState, batch: RecordBatchView): void {
  try {
    producers.update(batch)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
}

async function scanFrom(segments: readonly Segment[], first: number, context: RecoveryContext): Promise<readonly Segment[]> {
  const scanned = segments.slice(first)
  for (const [index, segment] of scanned.entries()) {
    const isLast = index === scanned.length - 1
    const isWhole = await scanSegment(segment, isLast, context)
    if (!isWhole && !isLast) return segments.slice(0, first + index + 1)
  }
  return segments
}

/** Checks all batches of a segment and cuts it before the first bad one. Builds the indexes anew, and producers and epochs along with them. */
async function scanSegment(segment: Segment, isLast: boolean, context: RecoveryContext): Promise<boolean> {
  const { config, producers, epochs, logger, recovery } = context
  const indexes = segment.resetIndexes()
  let expected = segment.baseOffset
  let gapFollows = false
  let verifiedFrom = 0
  const end = await scanBatches(segment.records, segment.size, (batch) => {
    const fault = faultOf(batch, expected, segment, gapFollows || (config.mayHaveGaps ?? false))
    gapFollows = fault !== undefined
    if (fault === undefined) {
      indexes.note(batch.header, batch.position, config.indexIntervalBytes)
      producers.update(batch.header)
      noteEpoch(epochs, batch.header)
      expected = batch.header.lastOffset + 1
      return undefined
    }
    if (expected >= recovery.recoveryPoint) return 'stop'
    // It was durable and has rotted since. It stays, and whoever reads it is told; what comes after it is still good.
    logger.error({ path: segment.records.path, position: batch.position, fault }, 'a batch below the recovery point is corrupt')
    segment.verified.add(verifiedFrom, batch.position)
    verifiedFrom = batch.position + batch.header.sizeInBytes
    return undefined
  })
  segment.nextOffset = expected
  segment.verified.add(verifiedFrom, end)
  const isWhole = end === segment.size
  if (!isWhole) await cut(segment, end, context)
  // Where the log was cut it will go on.
  if (isLast || !isWhole) indexes.flush()
  else segment.complete(config.indexIntervalBytes)
  return isWhole
}

function faultOf({ header, crcMatches }: ScannedBatch, expected: number, segment: Segment, mayHaveGaps: boolean): string | undefined {
  if (!crcMatches) return 'the checksum does not match'
  const follows = mayHaveGaps ? header.baseOffset >= expected : header.baseOffset === expected
  if (!follows) return `base offset ${header.baseOffset} where ${expected} is next`
  return segment.canHold(header.lastOffset) ? undefined : `offset ${header.lastOffset} is too far from the segment's first`
}

async function cut(segment: Segment, end: number, { recovery, logger }: RecoveryContext): Promise<void> {
  const { path } = segment.records
  if (await isLegacyMessage(segment.records, end, segment.size))
    throw new DiskError('recover', path, 'EBADMSG', `messages of magic 0 or 1, from before Kafka 0.11, at byte ${end}`)
  if (segment.nextOffset < recovery.recoveryPoint)
    throw new DiskError(
      'recover',
      path,
      'EBADMSG',
      `no batch at byte ${end}, although offsets up to ${recovery.recoveryPoint} were durable`,
    )
  logger.warn({ path, bytes: segment.size - end, logEndOffset: segment.nextOffset }, 'cut a torn tail')
  segment.truncate(end)
}

/**
 * Offsets that were durable, and may have been seen, are not given to other records even if theirs are gone. The log goes on in a
 * segment of its own, so that no range reaches over the gap.
 */
function skipLostOffsets(segments: readonly Segment[], context: RecoveryContext): readonly Segment[] {
  const { recovery, logger, config } = context
  const last = segments.at(-1)!
  if (last.nextOffset >= recovery.recoveryPoint) return segments
  const { path } = last.records
  logger.error({ path, foundUpTo: last.nextOffset, durableUpTo: recovery.recoveryPoint }, 'records that were durable are gone')
  last.nextOffset = recovery.recoveryPoint
  last.complete(config.indexIntervalBytes)
  return [...segments, context.createSegment(recovery.recoveryPoint)]
}

function noteEpoch(epochs: LeaderEpochFile, { partitionLeaderEpoch, baseOffset }: RecordBatchView): void {
  if (partitionLeaderEpoch >= 0 && partitionLeaderEpoch > (epochs.latest()?.epoch ?? -1)) epochs.assign(partitionLeaderEpoch, baseOffset)
}
