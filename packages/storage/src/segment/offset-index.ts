import type { EntryAt, IndexFile } from './index-file.ts'

/** int32 offset relative to the segment's base, int32 position of the batch. */
export const offsetEntrySize = 8
/** A segment cannot hold offsets further from its base than this: entries could not say them. */
export const largestRelativeOffset = 2 ** 31 - 1

export interface OffsetEntry {
  /** Last offset of the batch at `position` (Kafka before 4 may name that of a later batch). */
  readonly offset: number
  readonly position: number
}

/** Kafka's `.index`: a sparse map from offsets to positions in the `.log`. */
export class OffsetIndex {
  readonly file: IndexFile
  readonly #baseOffset: number

  constructor(file: IndexFile, baseOffset: number) {
    this.file = file
    this.#baseOffset = baseOffset
  }

  append({ offset, position }: OffsetEntry): void {
    this.file.append((bytes, at) => {
      bytes.writeInt32BE(offset - this.#baseOffset, at)
      bytes.writeInt32BE(position, at + 4)
    })
  }

  last(): OffsetEntry | undefined {
    return this.#decode(this.file.last())
  }

  /** The last entry whose offset is `offset` at most. */
  atOrBefore(offset: number): OffsetEntry | undefined {
    const relative = offset - this.#baseOffset
    return this.#decode(this.file.findLast(({ bytes, at }) => bytes.readInt32BE(at) <= relative))
  }

  /** The last entry whose position is `position` at most. */
  atOrBeforePosition(position: number): OffsetEntry | undefined {
    return this.#decode(this.file.findLast(({ bytes, at }) => bytes.readInt32BE(at + 4) <= position))
  }

  #decode(entry: EntryAt | undefined): OffsetEntry | undefined {
    if (entry === undefined) return undefined
    const { bytes, at } = entry
    return { offset: this.#baseOffset + bytes.readInt32BE(at), position: bytes.readInt32BE(at + 4) }
  }
}
