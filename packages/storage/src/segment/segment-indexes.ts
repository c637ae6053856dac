import type { RecordBatchView } from '@logan/protocol'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { sequentialWindow, walkBatches } from './batch-walk.ts'
import { offsetFileName } from './file-names.ts'
import { IndexFile } from './index-file.ts'
import { type OffsetEntry, OffsetIndex, offsetEntrySize } from './offset-index.ts'
import { type TimeEntry, TimeIndex, timeEntrySize } from './time-index.ts'

/** How much further than the configured interval entries may lie apart: the interval may have been another when they were written. */
const toleratedIntervals = 16
/** Index entries hold offsets as signed 32-bit distances from the segment's base. */
const relativeOffsetMax = 2 ** 31 - 1

/** The records that indexes describe. */
export interface IndexedRecords {
  readonly file: DiskFile
  readonly size: number
  /** One beyond the last offset of the segment. */
  readonly nextOffset: number
}

/** The two indexes of a segment and the greatest timestamp so far. Both get an entry at the same batches, as in Kafka's LogSegment. */
export class SegmentIndexes {
  readonly offsets: OffsetIndex
  readonly times: TimeIndex
  readonly #baseOffset: number
  /** Of records without timestamps and of none at all: -1, at the base offset. */
  #latest: TimeEntry
  #bytesSinceEntry = 0

  constructor(disk: Disk, directory: string, baseOffset: number, how: 'create' | 'existing') {
    this.#baseOffset = baseOffset
    const file = (kind: 'index' | 'timeindex', size: number): IndexFile =>
      new IndexFile(disk, within(directory, offsetFileName(baseOffset, kind)), size, how)
    this.offsets = new OffsetIndex(file('index', offsetEntrySize), baseOffset)
    this.times = new TimeIndex(file('timeindex', timeEntrySize), baseOffset)
    this.#latest = { timestampMs: -1, offset: baseOffset }
  }

  get latest(): TimeEntry {
    return this.#latest
  }

  /** Takes note of the batch that begins at `position`. */
  note(batch: RecordBatchView, position: number, intervalBytes: number): void {
    const { lastOffset, maxTimestamp, sizeInBytes } = batch
    if (maxTimestamp > this.#latest.timestampMs) this.#latest = { timestampMs: maxTimestamp, offset: lastOffset }
    if (this.#bytesSinceEntry > intervalBytes) {
      this.offsets.append({ offset: lastOffset, position })
      this.times.appendIfLater(this.#latest)
      this.#bytesSinceEntry = 0
    }
    this.#bytesSinceEntry += sizeInBytes
  }

  isFull(indexBytes: number): boolean {
    // One entry of the time index is kept for `complete`.
    return (
      this.offsets.file.count >= Math.floor(indexBytes / offsetEntrySize) ||
      this.times.file.count >= Math.floor(indexBytes / timeEntrySize) - 1
    )
  }

  /** Nothing follows: the greatest timestamp gets its entry, by which retention later decides, and all goes to the files. */
  complete(): void {
    this.times.appendIfLater(this.#latest)
    this.flush()
  }

  flush(): void {
    this.offsets.file.flush()
    this.times.file.flush()
  }

  /**
   * Whether the files, as they were found, can belong to these records: whole entries, inside the segment, the last of them at a batch,
   * and no more unindexed records behind it than there may be. Takes over the state at the end, so that appending can go on.
   */
  adopt(records: IndexedRecords, intervalBytes: number): boolean {
    const { offsets, times } = this
    if (offsets.file.isRagged || times.file.isRagged) return false
    const lastOffset = offsets.last()
    const lastTime = times.last()
    if (lastOffset !== undefined && !(lastOffset.position < records.size && this.#isInside(lastOffset.offset, records))) return false
    if (lastTime !== undefined && !this.#isInside(lastTime.offset, records)) return false
    this.#latest = lastTime ?? { timestampMs: -1, offset: this.#baseOffset }
    return this.#adoptTail(records, lastOffset, intervalBytes)
  }

  /** Walks from the last entry to the end. At that entry the time index got one, too, so no later timestamp may stand there. */
  #adoptTail(records: IndexedRecords, lastEntry: OffsetEntry | undefined, intervalBytes: number): boolean {
    // Where there is none at all the file is missing, or too little was written for one.
    const most = lastEntry === undefined ? intervalBytes : intervalBytes * toleratedIntervals
    const from = lastEntry?.position ?? 0
    this.#bytesSinceEntry = 0
    const end = walkBatches({ file: records.file, from, end: records.size }, (batch, position) => {
      const isLater = batch.maxTimestamp > this.#latest.timestampMs
      if (lastEntry !== undefined && position === from && (isLater || batch.baseOffset > lastEntry.offset)) return 'stop'
      if (this.#bytesSinceEntry > most) return 'stop'
      if (isLater) this.#latest = { timestampMs: batch.maxTimestamp, offset: batch.lastOffset }
      this.#bytesSinceEntry += batch.sizeInBytes
      return undefined
    })
    return end.kind === 'end'
  }

  #isInside(offset: number, { nextOffset }: IndexedRecords): boolean {
    return offset >= this.#baseOffset && offset < nextOffset
  }

  /** Begins anew, with empty files. */
  reset(): void {
    this.offsets.file.clear()
    this.times.clear()
    this.#latest = { timestampMs: -1, offset: this.#baseOffset }
    this.#bytesSinceEntry = 0
  }

  /**
   * Builds both anew from the records. Where these are broken in the middle the indexes stay as they are: their entries behind the
   * break are the only way to what is there.
   */
  rebuild({ file, size }: IndexedRecords, intervalBytes: number): boolean {
    const walk = { file, from: 0, end: size, window: sequentialWindow }
    let previous = this.#baseOffset - 1
    // A flipped bit in an offset, which no checksum covers, must not become an entry that an index cannot hold.
    const follows = ({ baseOffset }: RecordBatchView): 'stop' | undefined => {
      if (baseOffset <= previous || baseOffset - this.#baseOffset > relativeOffsetMax) return 'stop'
      previous = baseOffset
      return undefined
    }
    if (walkBatches(walk, follows).kind !== 'end') return false
    this.reset()
    walkBatches(walk, (batch, position) => {
      this.note(batch, position, intervalBytes)
      return undefined
    })
    this.complete()
    return true
  }

  async sync(): Promise<void> {
    await this.offsets.file.sync()
    await this.times.file.sync()
  }

  close(): void {
    this.offsets.file.close()
    this.times.file.close()
  }
}
