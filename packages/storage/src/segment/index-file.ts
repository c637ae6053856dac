import type { Disk, DiskFile } from '../disk/disk.ts'

/** Entries that are read at once; a search ends in one such block. */
const blockEntries = 512
const firstTailEntries = 16
const largestEntrySize = 12
const block = Buffer.alloc(blockEntries * largestEntrySize)

/** An entry in memory that the next call may overwrite: to be read at once. */
export interface EntryAt {
  readonly bytes: Buffer
  readonly at: number
}

/**
 * A file of fixed-size entries in rising order. What is added gathers in memory and goes to the file by the block, or at `flush`, so that
 * an append of records costs no second write; what is in the file stays there and is searched by reads of a few bytes, so that an index
 * takes the same memory whatever its size. After a crash the entries in memory are missing: recovery builds them anew.
 */
export class IndexFile {
  readonly #disk: Disk
  readonly #file: DiskFile
  readonly #entrySize: number
  /** Entries in the file; unknown before the first use. */
  #stored: number | undefined
  #tail: Buffer | undefined
  #tailCount = 0

  /**
   * `how`: a new index is empty, and its file is made when there is something to write: three files instead of one would be most of the
   * cost of a new partition. An existing one may be missing and counts as empty then.
   */
  constructor(disk: Disk, path: string, entrySize: number, how: 'create' | 'existing') {
    this.#disk = disk
    this.#entrySize = entrySize
    this.#file = disk.open(path, 'existing')
    if (how === 'create') this.clear()
  }

  get count(): number {
    return this.#storedCount() + this.#tailCount
  }

  /** Whether the file has bytes that are no whole entry. */
  get isRagged(): boolean {
    return this.#disk.exists(this.#file.path) && this.#disk.size(this.#file.path) % this.#entrySize !== 0
  }

  /** `write` puts the new entry into `bytes` at `at`. */
  append(write: (bytes: Buffer, at: number) => void): void {
    if (this.#tailCount === blockEntries) this.flush()
    const tail = this.#tailWithRoom()
    write(tail, this.#tailCount * this.#entrySize)
    this.#tailCount++
  }

  at(index: number): EntryAt | undefined {
    const stored = this.#storedCount()
    if (index < 0 || index >= stored + this.#tailCount) return undefined
    if (index >= stored) return { bytes: this.#tail!, at: (index - stored) * this.#entrySize }
    return this.#read(index, 1) === 1 ? { bytes: block, at: 0 } : undefined
  }

  last(): EntryAt | undefined {
    return this.at(this.count - 1)
  }

  /** The last entry for which `holds` is true; it must be true for the first so many entries and false for the rest. */
  findLast(holds: (entry: EntryAt) => boolean): EntryAt | undefined {
    if (this.#tailCount > 0 && holds({ bytes: this.#tail!, at: 0 })) return this.#findLastIn(this.#tail!, this.#tailCount, holds)
    return this.#findLastStored(holds)
  }

  /** Puts what is in memory into the file; creates a missing file. */
  flush(): void {
    if (this.#tailCount > 0)
      this.#open().write(this.#storedCount() * this.#entrySize, [this.#tail!.subarray(0, this.#tailCount * this.#entrySize)])
    else this.#open()
    this.#stored = this.#storedCount() + this.#tailCount
    this.#tailCount = 0
  }

  clear(): void {
    if (this.#disk.exists(this.#file.path)) this.#file.truncate(0)
    this.#stored = 0
    this.#tailCount = 0
  }

  async sync(): Promise<void> {
    if (this.#disk.exists(this.#file.path)) await this.#file.sync()
  }

  moved(path: string): void {
    this.#file.moved(path)
  }

  close(): void {
    this.#file.close()
  }

  #open(): DiskFile {
    if (!this.#disk.exists(this.#file.path)) this.#disk.open(this.#file.path, 'create-or-existing').close()
    return this.#file
  }

  #storedCount(): number {
    this.#stored ??= this.#disk.exists(this.#file.path) ? Math.floor(this.#disk.size(this.#file.path) / this.#entrySize) : 0
    return this.#stored
  }

  #findLastStored(holds: (entry: EntryAt) => boolean): EntryAt | undefined {
    let from = 0
    let to = this.#storedCount()
    while (to - from > blockEntries) {
      const middle = (from + to) >>> 1
      const entry = this.at(middle)
      if (entry !== undefined && holds(entry)) from = middle
      else to = middle
    }
    return this.#findLastIn(block, this.#read(from, to - from), holds)
  }

  #findLastIn(bytes: Buffer, count: number, holds: (entry: EntryAt) => boolean): EntryAt | undefined {
    let from = 0
    let to = count
    while (from < to) {
      const middle = (from + to) >>> 1
      if (holds({ bytes, at: middle * this.#entrySize })) from = middle + 1
      else to = middle
    }
    return from === 0 ? undefined : { bytes, at: (from - 1) * this.#entrySize }
  }

  #read(index: number, count: number): number {
    if (count === 0) return 0
    const bytes = this.#file.readNow(block.subarray(0, count * this.#entrySize), index * this.#entrySize)
    return Math.floor(bytes / this.#entrySize)
  }

  #tailWithRoom(): Buffer {
    const needed = (this.#tailCount + 1) * this.#entrySize
    if (this.#tail === undefined) this.#tail = Buffer.alloc(firstTailEntries * this.#entrySize)
    if (this.#tail.length < needed) this.#tail = Buffer.concat([this.#tail], this.#tail.length * 2)
    return this.#tail
  }
}
