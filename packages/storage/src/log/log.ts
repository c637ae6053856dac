import type { Clock, Logger } from '@logan/common'
import { setBaseOffset, setMaxTimestamp, setPartitionLeaderEpoch } from '@logan/protocol'
import { DiskError } from '../disk/disk.ts'
import type { Segment } from '../segment/segment.ts'
import { AppendRefused } from '../state/append-refused.ts'
import { type CheckedBatch, checkBatch } from '../state/batch-check.ts'
import type { ProducerEntry } from '../state/producer-entry.ts'
import type { AppendOrigin, ProducerState } from '../state/producer-state.ts'
import { GroupCommit } from './group-commit.ts'
import type { LeaderEpochFile } from './leader-epoch-file.ts'
import type { LogConfig } from './log-config.ts'
import { LogFailed, OffsetOutOfRange } from './log-errors.ts'
import type { LogRange } from './log-range.ts'
import { LogStore } from './log-store.ts'
import { type LogCheckpoints, type LogOptions, type OpenedLog, openFiles } from './open-log.ts'
import { type ReadOptions, readRange } from './read-range.ts'
import { expiredSegments } from './retention.ts'
import { firstAtOrAfter, type LookUpBounds, latestWithin, recordOfMaxTimestamp, type TimestampedOffset } from './timestamp-lookup.ts'

export type AppendResult =
  | {
      readonly kind: 'appended'
      readonly baseOffset: number
      readonly lastOffset: number
      /** -1 under CreateTime. */
      readonly logAppendTimeMs: number
      readonly logStartOffset: number
    }
  /** The log has the batch already, at these offsets. */
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly lastOffset: number; readonly logAppendTimeMs: number }

const noCheckpoints: LogCheckpoints = { saveLogStartOffset: () => Promise.resolve(), forget: () => Promise.resolve() }
/** Errors after which the disk may well take the next write. */
const passingErrors: readonly string[] = ['ENOSPC', 'EDQUOT']

/**
 * A durable, ordered log of record batches in Kafka's on-disk format: one partition's directory. Owned by one thread.
 * Appends are synchronous and in the order of the calls; what they wrote is durable once `durable` says so.
 */
export class Log {
  readonly topicId: string
  readonly leaderEpochs: LeaderEpochFile
  /** Settings; assign others at any time. */
  config: LogConfig
  /** Called whenever `durableOffset` has risen, before those who wait for it go on. */
  onDurable: (durableOffset: number) => void = () => undefined
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #checkpoints: LogCheckpoints
  readonly #producers: ProducerState
  readonly #store: LogStore
  readonly #commit: GroupCommit
  #logStartOffset: number
  #failure: DiskError | undefined
  /** The last append was refused by the disk: said once, not for every batch that comes while a disk is full. */
  #refusing = false
  #ended: 'closed' | 'deleted' | undefined

  private constructor(options: LogOptions, opened: OpenedLog) {
    this.topicId = options.topicId
    this.config = options.config
    this.#clock = options.clock
    this.#logger = options.logger
    this.#checkpoints = options.checkpoints ?? noCheckpoints
    this.leaderEpochs = opened.epochs
    this.#producers = opened.producers
    this.#logStartOffset = opened.logStartOffset
    this.#store = new LogStore({ ...options, onRoll: () => void this.#commit.flush().catch(() => undefined) }, opened)
    this.#commit = new GroupCommit({
      syncs: options.syncs,
      durableOffset: opened.durableOffset,
      logEndOffset: () => this.logEndOffset,
      sync: () => this.#store.sync(),
      onDurable: (durableOffset) => this.onDurable(durableOffset),
      onFailure: (error) => this.#syncFailed(error),
    })
  }

  /**
   * Opens the log of a directory, or makes one. After an unclean stop this reads from the recovery point on, cuts a torn tail and, under
   * `sync`, makes what is left durable.
   * @throws (rejects) DiskError; with code EBADMSG when the directory belongs to another topic or has lost what was durable
   */
  static async open(options: LogOptions): Promise<Log> {
    const opened = await openFiles(options)
    const log = new Log(options, opened)
    // What an earlier process wrote may still be on its way to the disk.
    if (options.config.flushMode === 'sync') await log.#assureDurable()
    return log
  }

  get logStartOffset(): number {
    return this.#logStartOffset
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.#store.segments.active.nextOffset
  }

  /** Everything below survives a power cut; also counted in `os` mode, where it lags far behind. */
  get durableOffset(): number {
    return this.#commit.durableOffset
  }

  /** What went wrong for good: nothing can be appended any more. */
  get failure(): DiskError | undefined {
    return this.#failure
  }

  get sizeInBytes(): number {
    return this.#store.segments.sizeInBytes
  }

  get segmentCount(): number {
    return this.#store.segments.count
  }

  /** Who has appended with a producer id and is not forgotten yet. */
  activeProducers(): readonly ProducerEntry[] {
    return [...this.#producers.entries()]
  }

  /**
   * Kafka's checks of one batch; see `checkBatch`. Answers at once unless records must be decompressed off the loop: then the bytes must
   * stay as they are, and the order of appends is the caller's business.
   * @throws (or rejects with) AppendRefused
   */
  check(records: Buffer | null, origin: AppendOrigin): CheckedBatch | Promise<CheckedBatch> {
    const { config } = this
    return checkBatch(records, {
      origin,
      maxMessageBytes: config.maxMessageBytes,
      timestampType: config.messageTimestampType,
      beforeMaxMs: config.messageTimestampBeforeMaxMs,
      afterMaxMs: config.messageTimestampAfterMaxMs,
      checkRecords: config.checkRecords,
      nowMs: this.#clock.now(),
    })
  }

  /**
   * Gives a batch its offsets, leader epoch and (LogAppendTime) time, in place, and appends it with one write.
   * @throws AppendRefused when its producer's sequence is not next; LogFailed when the disk refuses
   */
  append({ view, bytes, origin }: CheckedBatch, leaderEpoch: number): AppendResult {
    this.#assertUsable()
    const { config } = this
    if (origin !== 'controller') {
      const sequence = this.#producers.check(view, origin)
      if (sequence.kind === 'refused') throw new AppendRefused(sequence.error, sequence.message)
      if (sequence.kind === 'duplicate') {
        const { firstOffset: baseOffset, lastOffset, timestampMs } = sequence
        return {
          kind: 'duplicate',
          baseOffset,
          lastOffset,
          logAppendTimeMs: config.messageTimestampType === 'LogAppendTime' ? timestampMs : -1,
        }
      }
    }
    if (bytes.length > config.segmentBytes)
      throw new AppendRefused('RECORD_LIST_TOO_LARGE', `the batch takes ${bytes.length} bytes, a segment holds ${config.segmentBytes}`)
    const nowMs = this.#clock.now()
    const baseOffset = this.logEndOffset
    setBaseOffset(view, baseOffset)
    setPartitionLeaderEpoch(view, leaderEpoch)
    const logAppendTimeMs = config.messageTimestampType === 'LogAppendTime' ? nowMs : -1
    if (logAppendTimeMs !== -1) setMaxTimestamp(view, 'LogAppendTime', logAppendTimeMs)
    try {
      this.#store.append(view, bytes, config, nowMs)
    } catch (error) {
      throw this.#writeFailed(error)
    }
    this.#refusing = false
    if (origin !== 'controller') this.#producers.update(view)
    this.leaderEpochs.assign(leaderEpoch, baseOffset)
    return { kind: 'appended', baseOffset, lastOffset: view.lastOffset, logAppendTimeMs, logStartOffset: this.#logStartOffset }
  }

  /**
   * Resolves when everything below `offset` is durable: starts a sync, or joins one that covers it. A failed sync is final.
   * @throws (rejects) LogFailed
   */
  durable(offset: number): Promise<void> {
    return this.#commit.durable(offset)
  }

  /**
   * Whole batches of one segment, from the one that holds `offset` on, up to `maxBytes` but (with `minOneBatch`) at least the first, and
   * none that reaches `limitOffset`. Null when nothing is there. The range pins its segment until it is released.
   * @throws OffsetOutOfRange; LogFailed when the disk refuses, or the log is closed or deleted
   */
  read(options: ReadOptions): LogRange | null {
    this.#assertOpen()
    try {
      return this.#find(options)
    } catch (error) {
      throw this.#refused(error)
    }
  }

  #find(options: ReadOptions): LogRange | null {
    const { offset, limitOffset } = options
    if (offset < this.#logStartOffset || offset > this.logEndOffset)
      throw new OffsetOutOfRange(offset, this.#logStartOffset, this.logEndOffset)
    if (offset >= limitOffset) return null
    for (let index = this.#store.segments.indexFor(offset); ; index++) {
      const segment = this.#store.segments.at(index)
      if (segment === undefined || segment.baseOffset >= limitOffset) return null
      const range = readRange(segment, options, this.config)
      if (range !== null || segment.nextOffset > offset) return range
    }
  }

  /** The first record, in offset order and below `limitOffset`, with this timestamp or a later one. @throws (rejects) CorruptRange, LogFailed */
  async offsetForTimestamp(timestampMs: number, limitOffset: number): Promise<TimestampedOffset | null> {
    this.#assertOpen()
    for (const segment of this.#store.segments.within(this.#logStartOffset, limitOffset)) {
      const found = await this.#pinned(segment, () => firstAtOrAfter(segment, timestampMs, this.#bounds(limitOffset)))
      if (found !== null) return found
    }
    return null
  }

  /** The first record, below `limitOffset`, with the greatest timestamp of all. @throws (rejects) as `offsetForTimestamp` */
  async offsetOfMaxTimestamp(limitOffset: number): Promise<TimestampedOffset | null> {
    this.#assertOpen()
    let best: { segment: Segment; timestampMs: number; offset: number } | undefined
    for (const segment of this.#store.segments.within(this.#logStartOffset, limitOffset)) {
      const latest = await this.#pinned(segment, () => latestWithin(segment, this.#bounds(limitOffset)))
      if (latest !== undefined && latest.timestampMs > (best?.timestampMs ?? -1)) best = { segment, ...latest }
    }
    if (best === undefined) return null
    const { segment, offset } = best
    return this.#pinned(segment, () => recordOfMaxTimestamp(segment, offset, this.config.indexIntervalBytes))
  }

  /**
   * DeleteRecords: what is below `offset` is gone once this resolves, also after a crash; whole segments below it leave the disk later.
   * An offset that is not above the current start changes nothing.
   * @throws (rejects) OffsetOutOfRange beyond the end; LogFailed when the disk refuses: then the start stays, at least until a restart
   */
  async setLogStartOffset(offset: number): Promise<void> {
    this.#assertUsable()
    if (offset > this.logEndOffset) throw new OffsetOutOfRange(offset, this.#logStartOffset, this.logEndOffset)
    if (offset <= this.#logStartOffset) return
    try {
      await this.#checkpoints.saveLogStartOffset(offset)
      // Not before, or whoever asks again after a failure would be told that it is done.
      this.#raiseLogStart(offset)
      if (this.#ended === undefined) this.#removeOldest(this.#expired({ retentionMs: -1, retentionBytes: -1 }))
    } catch (error) {
      throw this.#refused(error)
    }
  }

  /**
   * Lets the oldest segments go, by age, size and log start offset; the active one only when it is over age, after rolling.
   * Also forgets producers that were silent for too long.
   * @returns how many segments went
   */
  applyRetention(): number {
    if (this.#failure !== undefined || this.#ended !== undefined) return 0
    this.#producers.removeExpired(this.#clock.now(), this.config.producerIdExpirationMs)
    try {
      const count = this.#expired(this.config)
      if (count === this.#store.segments.count) this.#store.roll(this.config)
      this.#removeOldest(count)
      return count
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#writeFailed(error)
      return 0
    }
  }

  /**
   * Takes the log away: its directory is renamed, and removed after file.delete.delay.ms and the last reader. Waiters for `durable` are told LogFailed.
   */
  async delete(): Promise<void> {
    if (this.#ended !== undefined) return
    this.#ended = 'deleted'
    this.#commit.fail(this.#failed('the log was deleted'))
    await Promise.all([this.#checkpoints.forget(), this.#commit.settled()])
    await this.#store.moveAway(this.topicId, this.config.fileDeleteDelayMs)
  }

  /**
   * Makes everything durable, so that the next opening after a clean stop needs no scan, and closes the files. `durably: false` skips the
   * syncs, for directories that are about to be removed. Ranges that are still out can be read on.
   */
  async close({ durably = true }: { readonly durably?: boolean } = {}): Promise<void> {
    if (this.#ended !== undefined) return
    this.#ended = 'closed'
    try {
      if (durably && this.#failure === undefined) {
        await this.#store.complete(this.config)
        await this.#commit.flush()
      }
    } finally {
      this.#commit.fail(this.#failed('the log was closed'))
      await this.#commit.settled()
      await this.#store.close()
    }
  }

  async #assureDurable(): Promise<void> {
    try {
      await this.durable(this.logEndOffset)
    } catch (error) {
      await this.#store.close()
      throw this.#failure ?? error
    }
  }

  #syncFailed(error: unknown): LogFailed {
    if (!(error instanceof DiskError)) throw error
    this.#failure ??= error
    this.#logger.error({ err: error }, 'a sync failed: the log takes no more appends')
    return this.#failed(error)
  }

  /** A full disk may have room again later; then what was half written goes, and the log stays usable. */
  #writeFailed(error: unknown): unknown {
    if (!(error instanceof DiskError)) return error
    try {
      this.#store.dropTornWrite()
      if (!passingErrors.includes(error.code)) this.#failure = error
    } catch {
      this.#failure = error
    }
    if (!this.#refusing) this.#logger.error({ err: error, final: this.#failure !== undefined }, 'appends fail')
    this.#refusing = true
    return this.#failed(error)
  }

  #expired(config: Pick<LogConfig, 'retentionMs' | 'retentionBytes'>): number {
    const { indexIntervalBytes, flushMode } = this.config
    const segments = [...this.#store.segments].map((segment) => ({
      size: segment.size,
      nextOffset: segment.nextOffset,
      latestMs: () => {
        const { timestampMs } = segment.latest(indexIntervalBytes)
        return timestampMs >= 0 ? timestampMs : segment.modifiedMs()
      },
    }))
    const visibleOffset = flushMode === 'sync' ? this.durableOffset : this.logEndOffset
    return expiredSegments({ segments, logStartOffset: this.#logStartOffset, visibleOffset, nowMs: this.#clock.now() }, config)
  }

  #removeOldest(count: number): void {
    if (count === 0) return
    this.#store.removeOldest(count, this.config.fileDeleteDelayMs)
    this.#raiseLogStart(this.#store.segments.oldest.baseOffset)
    this.#logger.info({ directory: this.#store.directory, segments: count, logStartOffset: this.#logStartOffset }, 'deleted old segments')
  }

  #raiseLogStart(offset: number): void {
    if (offset <= this.#logStartOffset) return
    this.#logStartOffset = offset
    this.leaderEpochs.truncateFromStart(offset)
  }

  #bounds(limitOffset: number): LookUpBounds {
    return { fromOffset: this.#logStartOffset, limitOffset, indexIntervalBytes: this.config.indexIntervalBytes }
  }

  async #pinned<T>(segment: Segment, use: () => T | Promise<T>): Promise<T> {
    segment.pin()
    try {
      return await use()
    } catch (error) {
      throw this.#refused(error)
    } finally {
      segment.unpin()
    }
  }

  /** The disk refused something other than an append: the log stays as it is, and the next call may succeed. */
  #refused(error: unknown): unknown {
    if (!(error instanceof DiskError)) return error
    this.#logger.error({ err: error }, 'the disk refused')
    return this.#failed(error)
  }

  #failed(reason: string | DiskError): LogFailed {
    return new LogFailed(this.#store.directory, reason)
  }

  #assertOpen(): void {
    if (this.#ended !== undefined) throw this.#failed(`the log was ${this.#ended}`)
  }

  #assertUsable(): void {
    this.#assertOpen()
    if (this.#failure !== undefined) throw this.#failed(this.#failure)
  }
}
