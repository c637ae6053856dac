import { assert } from '@logan/common'
import { type Decoded, parseInteger } from './decoded.ts'
import { decodeCheckpointEntries, encodeTextCheckpoint } from './text-checkpoint.ts'

const version = 0

/** Epoch or end offset of an answer that nothing is known about (Kafka's UNDEFINED_EPOCH and UNDEFINED_EPOCH_OFFSET). */
export const undefinedEpoch = -1
export const undefinedEpochOffset = -1

/** The first offset that was written under a leader epoch. */
export interface EpochEntry {
  readonly epoch: number
  readonly startOffset: number
}

/** Answer to OffsetForLeaderEpoch: -1 and -1 when the epoch is unknown. */
export interface EpochEndOffset {
  readonly leaderEpoch: number
  readonly endOffset: number
}

/**
 * Which leader epoch wrote which offsets of one log: Kafka's LeaderEpochFileCache without its file.
 * Epochs and start offsets both rise strictly. Methods that change it say whether they did, so that the owner knows when to write
 * the `leader-epoch-checkpoint` again.
 */
export class LeaderEpochCache {
  #entries: EpochEntry[] = []

  /** Entries as `decodeLeaderEpochCheckpoint` returns them; conflicting ones give way to later ones. */
  constructor(entries: Iterable<EpochEntry> = []) {
    for (const { epoch, startOffset } of entries) this.assign(epoch, startOffset)
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries
  }

  latest(): EpochEntry | undefined {
    return this.#entries.at(-1)
  }

  /** States that `epoch` writes from `startOffset` on. Entries that contradict it (a higher epoch, a later start) are dropped. */
  assign(epoch: number, startOffset: number): boolean {
    assert(epoch >= 0 && startOffset >= 0, `leader epoch ${epoch} from offset ${startOffset} is impossible`)
    const latest = this.latest()
    if (latest !== undefined && latest.epoch === epoch && latest.startOffset <= startOffset) return false
    const kept = this.#entries.findLastIndex((entry) => entry.epoch < epoch && entry.startOffset < startOffset)
    this.#entries = [...this.#entries.slice(0, kept + 1), { epoch, startOffset }]
    return true
  }

  /**
   * The largest known epoch up to `requestedEpoch`, and where it ended: the start of the next one, or `logEndOffset` for the latest.
   * An epoch older than everything known ends where the first known one begins, under its own number.
   */
  endOffsetFor(requestedEpoch: number, logEndOffset: number): EpochEndOffset {
    if (requestedEpoch !== undefinedEpoch && this.latest()?.epoch === requestedEpoch)
      return { leaderEpoch: requestedEpoch, endOffset: logEndOffset }
    const higher = this.#entries.findIndex((entry) => entry.epoch > requestedEpoch)
    const next = this.#entries[higher]
    if (requestedEpoch === undefinedEpoch || next === undefined) return { leaderEpoch: undefinedEpoch, endOffset: undefinedEpochOffset }
    return { leaderEpoch: this.#entries[higher - 1]?.epoch ?? requestedEpoch, endOffset: next.startOffset }
  }

  /** The epoch that wrote `offset`; undefined when it lies before the first known one. */
  epochForOffset(offset: number): number | undefined {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch
  }

  /** The log now begins at `startOffset`: older epochs go, the one that holds the offset begins there. */
  truncateFromStart(startOffset: number): boolean {
    const holding = this.#entries.findLastIndex((entry) => entry.startOffset <= startOffset)
    const entry = this.#entries[holding]
    if (entry === undefined || (holding === 0 && entry.startOffset === startOffset)) return false
    this.#entries = [{ epoch: entry.epoch, startOffset }, ...this.#entries.slice(holding + 1)]
    return true
  }

  /** The log now ends at `endOffset` (exclusive): epochs that began there or later go. */
  truncateFromEnd(endOffset: number): boolean {
    const kept = this.#entries.filter((entry) => entry.startOffset < endOffset)
    if (kept.length === this.#entries.length) return false
    this.#entries = kept
    return true
  }
}

/** Text of a partition's `leader-epoch-checkpoint`: a line `epoch startOffset` per entry. */
export function encodeLeaderEpochCheckpoint(entries: readonly EpochEntry[]): string {
  return encodeTextCheckpoint(
    version,
    entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`),
  )
}

export function decodeLeaderEpochCheckpoint(text: string): Decoded<EpochEntry[]> {
  return decodeCheckpointEntries(text, version, parseLine)
}

function parseLine(line: string): EpochEntry | undefined {
  const [epochText = '', offsetText = '', ...rest] = line.split(/\s+/)
  const epoch = parseInteger(epochText)
  const startOffset = parseInteger(offsetText)
  if (rest.length > 0 || epoch === undefined || epoch < 0 || startOffset === undefined || startOffset < 0) return undefined
  return { epoch, startOffset }
}
