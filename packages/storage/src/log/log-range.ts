import { RecordBatchView, validateBatch } from '@logan/protocol'
import { walkBatches } from '../segment/batch-walk.ts'
import type { BatchPosition } from '../segment/locate.ts'
import type { Segment } from '../segment/segment.ts'
import { CorruptRange } from './log-errors.ts'

export interface LogRangeOptions {
  readonly segment: Segment
  readonly start: BatchPosition
  readonly end: BatchPosition
  readonly mayHaveGaps: boolean
  /** Why the bytes cannot be had; what the range says of offsets and size is made up then. */
  readonly fault?: string
}

/** Whole batches of one segment, which stays where it is until `release`. */
export class LogRange {
  /** Of the first batch; at or before the offset asked for. */
  readonly baseOffset: number
  /** Where to read on. */
  readonly nextOffset: number
  readonly sizeInBytes: number
  readonly #options: LogRangeOptions
  #released = false

  constructor(options: LogRangeOptions) {
    this.#options = options
    this.baseOffset = options.start.offset
    this.nextOffset = options.end.offset
    this.sizeInBytes = options.end.position - options.start.position
    options.segment.pin()
  }

  /**
   * Reads the range into memory of its own. What this process has neither appended nor checked before is checked: checksums, and
   * that offsets go on without a break, since the checksum does not cover them.
   * @throws (rejects) CorruptRange, DiskError
   */
  async bytes(): Promise<Buffer> {
    const { segment, start, end, fault } = this.#options
    if (fault !== undefined) throw this.#corrupt(start.position, fault)
    const bytes = Buffer.allocUnsafe(this.sizeInBytes)
    const count = await segment.records.read(bytes, start.position)
    if (count < bytes.length) throw this.#corrupt(start.position + count, 'the file ends')
    if (!segment.verified.covers(start.position, end.position)) {
      this.#verify(bytes)
      segment.verified.add(start.position, end.position)
    }
    return bytes
  }

  /** Lets the segment go. May be called more than once. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#options.segment.unpin()
  }

  #verify(bytes: Buffer): void {
    const { segment, start, end, mayHaveGaps } = this.#options
    let expected = start.position === 0 ? segment.baseOffset : start.offset
    for (let at = 0; at < bytes.length; ) {
      const batch = this.#batchAt(bytes, at)
      const { baseOffset } = batch
      const follows = mayHaveGaps ? baseOffset >= expected : baseOffset === expected
      if (!follows) throw this.#corrupt(start.position + at, `base offset ${baseOffset} where ${expected} is next`)
      expected = batch.lastOffset + 1
      at += batch.sizeInBytes
    }
    // Behind the last batch of a segment offsets may have been lost: see recovery.
    const isInside = end.position < segment.size
    const next = isInside ? offsetAt(segment, end.position) : segment.nextOffset
    if (next !== undefined && (isInside && !mayHaveGaps ? next !== expected : next < expected))
      throw this.#corrupt(end.position, `base offset ${next} where ${expected} is next`)
  }

  #batchAt(bytes: Buffer, at: number): RecordBatchView {
    const { start } = this.#options
    let fault: string | undefined
    try {
      const batch = new RecordBatchView(bytes, at)
      fault = validateBatch(batch, 'log')?.message
      if (fault === undefined) return batch
    } catch (error) {
      fault = (error as Error).message
    }
    throw this.#corrupt(start.position + at, fault)
  }

  #corrupt(position: number, reason: string): CorruptRange {
    return new CorruptRange(this.#options.segment.records.path, position, reason)
  }
}

/** The base offset of the batch at a position; undefined where no batch is. */
function offsetAt(segment: Segment, position: number): number | undefined {
  let offset: number | undefined
  walkBatches({ file: segment.records, from: position, end: segment.size }, (batch) => {
    offset = batch.baseOffset
    return 'stop'
  })
  return offset
}
