import type { RecordBatchView } from '@logan/protocol'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { walkBatches } from './batch-walk.ts'
import { type FileKind, offsetFileName } from './file-names.ts'
import { KnownPositions } from './known-positions.ts'
import { largestRelativeOffset } from './offset-index.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import type { TimeEntry } from './time-index.ts'
import { VerifiedRanges } from './verified-ranges.ts'

/** Suffix of files that are to go; Kafka removes them at its start, too. */
export const deletedSuffix = '.deleted'
const kinds: readonly FileKind[] = ['log', 'index', 'timeindex', 'txnindex']

/** One `.log` and its indexes. The last one of a log is active and grows; the others change no more. */
export class Segment {
  readonly baseOffset: number
  readonly records: DiskFile
  readonly verified = new VerifiedRanges()
  readonly known = new KnownPositions()
  /** When it was created, in this process; for rolling by time where records have no timestamps. */
  readonly createdMs: number
  /** Bytes of records, as far as they are part of the log. */
  size: number
  /** One beyond the last offset. */
  nextOffset: number
  readonly #disk: Disk
  #directory: string
  readonly #indexes: SegmentIndexes
  #indexesAdopted: boolean
  #indexesRebuilt = false
  /** Bytes from the beginning that are known to be durable. */
  #syncedSize = 0
  #completed = false
  #indexesSynced = false
  #firstTimestampMs: number | undefined
  #pins = 0
  #onUnpinned: (() => void) | undefined
  #suffix = ''

  private constructor(options: SegmentOptions, how: 'create' | 'existing') {
    this.baseOffset = options.baseOffset
    this.createdMs = options.nowMs
    this.size = options.size
    this.nextOffset = options.nextOffset
    this.#disk = options.disk
    this.#directory = options.directory
    this.records = options.disk.open(this.#path('log'), how)
    this.#indexes = new SegmentIndexes(options.disk, options.directory, options.baseOffset, how)
    this.#indexesAdopted = how === 'create'
  }

  static create(options: { disk: Disk; directory: string; baseOffset: number; nowMs: number }): Segment {
    const segment = new Segment({ ...options, size: 0, nextOffset: options.baseOffset }, 'create')
    segment.known.add(options.baseOffset, 0)
    return segment
  }

  /** One that is there. `nextOffset` is the base of the segment that follows; of the last one it is found out by recovery or `findEnd`. */
  static existing(options: { disk: Disk; directory: string; baseOffset: number; nowMs: number; nextOffset: number }): Segment {
    const size = options.disk.size(within(options.directory, offsetFileName(options.baseOffset, 'log')))
    return new Segment({ ...options, size }, 'existing')
  }

  /** Appends a batch that has its offsets, with one write. */
  append(batch: RecordBatchView, bytes: Uint8Array, indexIntervalBytes: number): void {
    const position = this.size
    this.records.write(position, [bytes])
    this.indexes(indexIntervalBytes).note(batch, position, indexIntervalBytes)
    if (position === 0) this.#firstTimestampMs = batch.maxTimestamp
    this.size = position + bytes.length
    this.nextOffset = batch.lastOffset + 1
    this.verified.add(position, this.size)
  }

  /** Finds the end of the last segment after a clean stop. False when its records are broken or cut off. */
  findEnd(indexIntervalBytes: number): boolean {
    const from = this.indexes(indexIntervalBytes).offsets.last()?.position ?? 0
    this.nextOffset = this.baseOffset
    const walk = walkBatches({ file: this.records, from, end: this.size }, (batch) => {
      this.nextOffset = batch.lastOffset + 1
      return undefined
    })
    return walk.kind === 'end'
  }

  /** Drops what is behind a position. */
  truncate(size: number): void {
    this.records.truncate(size)
    this.size = size
  }

  canHold(offset: number): boolean {
    return offset - this.baseOffset <= largestRelativeOffset
  }

  /** The indexes, checked against the records at their first use and built anew if they do not fit. */
  indexes(intervalBytes: number): SegmentIndexes {
    if (!this.#indexesAdopted) {
      this.#indexesAdopted = true
      const records = { file: this.records, size: this.size, nextOffset: this.nextOffset }
      if (!this.#indexes.adopt(records, intervalBytes)) this.rebuildIndexes(intervalBytes)
    }
    return this.#indexes
  }

  /** For an index that led astray: once per process, since it reads all headers. Returns whether it did anything. */
  rebuildIndexes(intervalBytes: number): boolean {
    if (this.#indexesRebuilt) return false
    this.#indexesRebuilt = true
    return this.#indexes.rebuild({ file: this.records, size: this.size, nextOffset: this.nextOffset }, intervalBytes)
  }

  /** For recovery, which notes every batch itself: empty indexes that need no check. */
  resetIndexes(): SegmentIndexes {
    this.#indexes.reset()
    this.#indexesAdopted = true
    return this.#indexes
  }

  /** The greatest timestamp, and the last offset of the batch that has it. */
  latest(indexIntervalBytes: number): TimeEntry {
    return this.indexes(indexIntervalBytes).latest
  }

  /** The max timestamp of the first batch; -1 without one. */
  firstTimestampMs(): number {
    if (this.#firstTimestampMs === undefined) {
      walkBatches({ file: this.records, from: 0, end: this.size }, (batch) => {
        this.#firstTimestampMs = batch.maxTimestamp
        return 'stop'
      })
    }
    return this.#firstTimestampMs ?? -1
  }

  modifiedMs(): number {
    return this.#disk.modifiedMs(this.records.path)
  }

  /** Nothing will be appended any more. */
  complete(indexIntervalBytes: number): void {
    this.indexes(indexIntervalBytes).complete()
    this.#completed = true
    this.#indexesSynced = false
  }

  get isDurable(): boolean {
    return this.#syncedSize === this.size && (!this.#completed || this.#indexesSynced)
  }

  /** States that the files were durable when they were found. */
  assumeDurable(): void {
    this.#syncedSize = this.size
  }

  /** Makes what was there at the call durable: the records, and the indexes of a completed segment. */
  async sync(): Promise<void> {
    const { size } = this
    const withIndexes = this.#completed
    await this.records.sync()
    if (withIndexes) {
      await this.#indexes.sync()
      this.#indexesSynced = true
    }
    this.#syncedSize = Math.max(this.#syncedSize, size)
  }

  /** Keeps the files from being removed until `unpin`. */
  pin(): void {
    this.#pins++
  }

  unpin(): void {
    this.#pins--
    if (this.#pins === 0) this.#onUnpinned?.()
  }

  /** Marks the files as going away: a crash from here on leaves names that the next start removes. Readers go on. */
  rename(): void {
    const from = kinds.map((kind) => this.#path(kind))
    this.#suffix = deletedSuffix
    for (const [index, kind] of kinds.entries()) if (this.#disk.exists(from[index]!)) this.#disk.rename(from[index]!, this.#path(kind))
    this.#pathsChanged()
  }

  /** The directory was renamed. */
  moved(directory: string): void {
    this.#directory = directory
    this.#pathsChanged()
  }

  /** Resolves when no reader is left. */
  unpinned(): Promise<void> {
    if (this.#pins === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onUnpinned = resolve
    })
  }

  async remove(): Promise<void> {
    await this.unpinned()
    this.close()
    for (const kind of kinds) if (this.#disk.exists(this.#path(kind))) await this.#disk.remove(this.#path(kind))
  }

  close(): void {
    this.records.close()
    this.#indexes.close()
  }

  #path(kind: FileKind): string {
    return within(this.#directory, offsetFileName(this.baseOffset, kind)) + this.#suffix
  }

  #pathsChanged(): void {
    this.records.moved(this.#path('log'))
    this.#indexes.offsets.file.moved(this.#path('index'))
    this.#indexes.times.file.moved(this.#path('timeindex'))
  }
}

interface SegmentOptions {
  readonly disk: Disk
  readonly directory: string
  readonly baseOffset: number
  readonly nowMs: number
  readonly size: number
  readonly nextOffset: number
}
