import type { Logger } from '@logan/common'
import type { Disk } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { readWholeFile, writeFileAtomically } from '../disk/whole-file.ts'
import {
  decodeLeaderEpochCheckpoint,
  type EpochEndOffset,
  type EpochEntry,
  encodeLeaderEpochCheckpoint,
  LeaderEpochCache,
} from '../state/leader-epochs.ts'

const fileName = 'leader-epoch-checkpoint'

/** The leader epochs of a log and their `leader-epoch-checkpoint`. Changes are in memory at once, and in the file after the next `write`. */
export class LeaderEpochFile {
  readonly #disk: Disk
  readonly #path: string
  readonly #cache: LeaderEpochCache
  /** Counts changes; the file holds those up to `#written`. */
  #changes = 0
  #written = 0

  private constructor(disk: Disk, path: string, entries: Iterable<EpochEntry>) {
    this.#disk = disk
    this.#path = path
    this.#cache = new LeaderEpochCache(entries)
  }

  /** A spoilt file counts as empty: recovery finds the epochs of what it scans. */
  static load(disk: Disk, directory: string, logger: Logger): LeaderEpochFile {
    const path = within(directory, fileName)
    const text = readWholeFile(disk, path)?.toString() ?? ''
    const decoded = decodeLeaderEpochCheckpoint(text)
    if (decoded.kind === 'corrupt') logger.warn({ path, reason: decoded.reason }, 'the leader epochs are unreadable and forgotten')
    return new LeaderEpochFile(disk, path, decoded.kind === 'ok' ? decoded.value : [])
  }

  latest(): EpochEntry | undefined {
    return this.#cache.latest()
  }

  /** States that `epoch` writes from `startOffset` on. */
  assign(epoch: number, startOffset: number): void {
    this.#changed(this.#cache.assign(epoch, startOffset))
  }

  /** The largest known epoch up to the one given, and where it ended; -1 and -1 when nothing is known (OffsetForLeaderEpoch). */
  endOffsetFor(epoch: number, logEndOffset: number): EpochEndOffset {
    return this.#cache.endOffsetFor(epoch, logEndOffset)
  }

  epochForOffset(offset: number): number | undefined {
    return this.#cache.epochForOffset(offset)
  }

  truncateFromStart(startOffset: number): void {
    this.#changed(this.#cache.truncateFromStart(startOffset))
  }

  truncateFromEnd(endOffset: number): void {
    this.#changed(this.#cache.truncateFromEnd(endOffset))
  }

  get isWritten(): boolean {
    return this.#written === this.#changes
  }

  /** Makes all changes so far durable. Calls must not overlap. */
  async write(): Promise<void> {
    if (this.isWritten) return
    const changes = this.#changes
    await writeFileAtomically(this.#disk, this.#path, encodeLeaderEpochCheckpoint(this.#cache.entries))
    this.#written = changes
  }

  #changed(did: boolean): void {
    if (did) this.#changes++
  }
}
