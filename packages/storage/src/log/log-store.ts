import type { Clock, Logger } from '@logan/common'
import type { RecordBatchView } from '@logan/protocol'
import type { Disk } from '../disk/disk.ts'
import { nameOf, parentOf, within } from '../disk/paths.ts'
import { Segment } from '../segment/segment.ts'
import type { ProducerState } from '../state/producer-state.ts'
import type { LeaderEpochFile } from './leader-epoch-file.ts'
import type { LogConfig } from './log-config.ts'
import { deletedName } from './log-files.ts'
import type { OpenedLog } from './open-log.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { DelayedRemoval } from './removal.ts'
import { shouldRoll } from './roll.ts'
import { SegmentList } from './segment-list.ts'

export interface LogStoreOptions {
  readonly disk: Disk
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
  /** A segment is full and should become durable, in the background. */
  readonly onRoll: () => void
}

/** The files of a log: writes, rolls, syncs, takes away. What goes in, what is durable and what must go is for the log to decide. */
export class LogStore {
  readonly segments: SegmentList
  readonly #options: LogStoreOptions
  readonly #epochs: LeaderEpochFile
  readonly #producers: ProducerState
  readonly #snapshots: ProducerSnapshots
  readonly #removal: DelayedRemoval
  #directory: string
  /** Old snapshots that are on their way out. */
  #pruning: Promise<void> = Promise.resolve()
  /** Directories with entries that are not durable yet. */
  #unsyncedDirectories: Set<string>

  constructor(options: LogStoreOptions, opened: OpenedLog) {
    const { directory } = options
    this.#options = options
    this.#directory = directory
    this.segments = new SegmentList(opened.segments)
    this.#epochs = opened.epochs
    this.#producers = opened.producers
    this.#snapshots = opened.snapshots
    this.#removal = opened.removal
    this.#unsyncedDirectories = new Set(opened.isUnsynced ? [directory, parentOf(directory)] : [])
  }

  get directory(): string {
    return this.#directory
  }

  /** Appends a batch that has its offsets, to a new segment if the active one is full. */
  append(view: RecordBatchView, bytes: Buffer, config: LogConfig, nowMs: number): void {
    if (shouldRoll(this.segments.active, view, config, nowMs)) this.roll(config)
    this.segments.active.append(view, bytes, config.indexIntervalBytes)
  }

  /** Begins a new segment at the end of the log. */
  roll(config: LogConfig): void {
    const { disk, clock, logger, onRoll } = this.#options
    const baseOffset = this.segments.active.nextOffset
    this.segments.active.complete(config.indexIntervalBytes)
    this.#snapshots.write(baseOffset, this.#producers.entries())
    this.segments.add(Segment.create({ disk, directory: this.#directory, baseOffset, nowMs: clock.now() }))
    this.#unsyncedDirectories.add(this.#directory)
    onRoll()
    const pruning = this.#snapshots.prune().catch((error: unknown) => logger.warn({ err: error }, 'cannot remove an old producer snapshot'))
    this.#pruning = this.#pruning.then(() => pruning)
  }

  /** Takes back what a failed write may have left behind the last whole batch. */
  dropTornWrite(): void {
    const { records, size } = this.segments.active
    records.truncate(size)
  }

  /** Makes everything durable that was there at the call, in the order in which a crash in between does no harm. */
  async sync(): Promise<void> {
    const { known, nextOffset, size } = this.segments.active
    await syncAll(this.segments.notDurable())
    const directories = this.#unsyncedDirectories
    this.#unsyncedDirectories = new Set()
    for (const directory of directories) await this.#options.disk.syncDirectory(directory)
    if (!this.#epochs.isWritten) await this.#epochs.write()
    // Readers up to here need not search.
    known.add(nextOffset, size)
  }

  /** The oldest segments leave the log now, and the disk after the delay. */
  removeOldest(count: number, delayMs: number): void {
    for (const segment of this.segments.removeOldest(count)) this.#removal.add(segment, delayMs)
  }

  /** Puts on disk what a clean start wants to find; `sync` must follow. */
  async complete(config: LogConfig): Promise<void> {
    const { active } = this.segments
    active.complete(config.indexIntervalBytes)
    await this.#snapshots.writeDurably(active.nextOffset, this.#producers.entries())
  }

  /** Renames the directory, so that its name is free; the files go after the delay and after their last reader. Nothing may be writing. */
  async moveAway(topicId: string, delayMs: number): Promise<void> {
    const { disk, clock, logger } = this.#options
    const from = this.#directory
    this.#directory = within(parentOf(from), deletedName(nameOf(from), topicId))
    // Windows renames no directory with open files in it. Who reads on opens them anew, under the new name.
    for (const segment of this.segments) segment.close()
    disk.rename(from, this.#directory)
    for (const segment of this.segments) segment.moved(this.#directory)
    this.#removal.moved(this.#directory)
    await disk.syncDirectory(parentOf(this.#directory))
    clock.setTimer(delayMs, () => {
      this.#remove().catch((error: unknown) => logger.warn({ err: error }, 'cannot remove a deleted log; the next start will'))
    })
  }

  /** Closes the files; nothing of this log touches the disk any more when it resolves. What was about to be removed is left to the next start. */
  async close(): Promise<void> {
    await this.#pruning
    for (const segment of [...this.#removal.stop(), ...this.segments]) segment.close()
  }

  async #remove(): Promise<void> {
    for (const segment of [...this.#removal.stop(), ...this.segments]) {
      await segment.unpinned()
      segment.close()
    }
    await this.#options.disk.removeDirectory(this.#directory)
  }
}

/** Oldest first. Retention may take some of them away meanwhile; their files stay until they are synced. */
async function syncAll(segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) segment.pin()
  try {
    for (const segment of segments) await segment.sync()
  } finally {
    for (const segment of segments) segment.unpin()
  }
}
