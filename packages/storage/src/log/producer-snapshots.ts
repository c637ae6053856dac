import type { Logger } from '@logan/common'
import type { Disk } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { readWholeFile, writeFileAtomically, writeWholeFile } from '../disk/whole-file.ts'
import { offsetFileName, offsetInFileName } from '../segment/file-names.ts'
import type { ProducerEntry } from '../state/producer-entry.ts'
import { decodeProducerSnapshot, encodeProducerSnapshot } from '../state/producer-snapshot.ts'

/** As many are kept: if the newest is spoilt, the one before only makes recovery read more. */
const kept = 3

/** A snapshot that can be read, and the offset up to which it covers the log. */
export interface FoundSnapshot {
  readonly offset: number
  readonly entries: readonly ProducerEntry[]
}

/** The `.snapshot` files of a log: what was known of its producers at an offset. */
export class ProducerSnapshots {
  readonly #disk: Disk
  readonly #directory: string
  readonly #logger: Logger
  /** In rising order. */
  #offsets: number[]

  constructor(disk: Disk, directory: string, logger: Logger) {
    this.#disk = disk
    this.#directory = directory
    this.#logger = logger
    this.#offsets = disk.list(directory).flatMap((name) => offsetInFileName(name, 'snapshot') ?? [])
  }

  /** The newest one up to `offset`. Those that cannot be read are removed on the way. */
  async latest(offset: number): Promise<FoundSnapshot | undefined> {
    for (const candidate of this.#offsets.filter((each) => each <= offset).reverse()) {
      const found = decodeProducerSnapshot(readWholeFile(this.#disk, this.#path(candidate)) ?? Buffer.alloc(0))
      if (found.kind === 'ok') return { offset: candidate, entries: found.value }
      this.#logger.warn({ path: this.#path(candidate), reason: found.reason }, 'a producer snapshot is unreadable and removed')
      await this.#remove(candidate)
    }
    return undefined
  }

  /** Writes without waiting for the disk: after a crash the checksum tells whether it is whole. */
  write(offset: number, entries: Iterable<ProducerEntry>): void {
    writeWholeFile(this.#disk, this.#path(offset), encodeProducerSnapshot(entries))
    this.#note(offset)
  }

  async writeDurably(offset: number, entries: Iterable<ProducerEntry>): Promise<void> {
    await writeFileAtomically(this.#disk, this.#path(offset), encodeProducerSnapshot(entries))
    this.#note(offset)
  }

  /** Removes all but the newest few. */
  async prune(): Promise<void> {
    for (const offset of this.#offsets.slice(0, -kept)) await this.#remove(offset)
  }

  /** Removes those behind the end of the log: the offsets they speak of may be given to other records. */
  async removeAbove(offset: number): Promise<void> {
    for (const each of this.#offsets.filter((candidate) => candidate > offset)) await this.#remove(each)
  }

  #note(offset: number): void {
    this.#offsets = [...this.#offsets.filter((each) => each !== offset), offset].sort((a, b) => a - b)
  }

  async #remove(offset: number): Promise<void> {
    this.#offsets = this.#offsets.filter((each) => each !== offset)
    await this.#disk.remove(this.#path(offset))
  }

  #path(offset: number): string {
    return within(this.#directory, offsetFileName(offset, 'snapshot'))
  }
}
