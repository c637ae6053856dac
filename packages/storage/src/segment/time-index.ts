import type { EntryAt, IndexFile } from './index-file.ts'

/** int64 timestamp, int32 offset relative to the segment's base. */
export const timeEntrySize = 12

export interface TimeEntry {
  /** Milliseconds; no batch of the segment up to `offset`, nor up to the next entry of the offset index, has a later one. */
  readonly timestampMs: number
  /** Last offset of the batch that has it. */
  readonly offset: number
}

/** Kafka's `.timeindex`: how the greatest timestamp of a segment grew. */
export class TimeIndex {
  readonly file: IndexFile
  readonly #baseOffset: number
  #lastTimestampMs: number | undefined

  constructor(file: IndexFile, baseOffset: number) {
    this.file = file
    this.#baseOffset = baseOffset
  }

  /** Adds the entry unless one that says as much is there. */
  appendIfLater({ timestampMs, offset }: TimeEntry): void {
    this.#lastTimestampMs ??= this.last()?.timestampMs ?? -1
    if (timestampMs <= this.#lastTimestampMs) return
    this.#lastTimestampMs = timestampMs
    this.file.append((bytes, at) => {
      bytes.writeBigInt64BE(BigInt(timestampMs), at)
      bytes.writeInt32BE(offset - this.#baseOffset, at + 8)
    })
  }

  last(): TimeEntry | undefined {
    return this.#decode(this.file.last())
  }

  /** The last entry before `timestampMs`: what is at or after that time lies behind its batch. */
  lastBefore(timestampMs: number): TimeEntry | undefined {
    const limit = BigInt(timestampMs)
    return this.#decode(this.file.findLast(({ bytes, at }) => bytes.readBigInt64BE(at) < limit))
  }

  /** The last entry whose offset is `offset` at most. */
  atOrBeforeOffset(offset: number): TimeEntry | undefined {
    const relative = offset - this.#baseOffset
    return this.#decode(this.file.findLast(({ bytes, at }) => bytes.readInt32BE(at + 8) <= relative))
  }

  clear(): void {
    this.file.clear()
    this.#lastTimestampMs = undefined
  }

  #decode(entry: EntryAt | undefined): TimeEntry | undefined {
    if (entry === undefined) return undefined
    const { bytes, at } = entry
    return { timestampMs: Number(bytes.readBigInt64BE(at)), offset: this.#baseOffset + bytes.readInt32BE(at + 8) }
  }
}
