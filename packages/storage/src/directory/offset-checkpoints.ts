import type { Logger } from '@logan/common'
import type { Disk } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { readWholeFile, writeFileAtomically } from '../disk/whole-file.ts'
import { decodeOffsetCheckpoint, encodeOffsetCheckpoint, type OffsetCheckpointEntry } from '../state/offset-checkpoint.ts'
import { CoalescedWrite } from './coalesced-write.ts'

/** An offset per partition in one of Kafka's checkpoint files of a log directory. */
export class OffsetCheckpoints {
  readonly #offsets: Map<string, OffsetCheckpointEntry>
  readonly #file: CoalescedWrite

  /** A spoilt file counts as empty. */
  constructor(disk: Disk, directory: string, name: string, logger: Logger) {
    const path = within(directory, name)
    const decoded = decodeOffsetCheckpoint(readWholeFile(disk, path)?.toString() ?? '')
    if (decoded.kind === 'corrupt') logger.error({ path, reason: decoded.reason }, 'a checkpoint is unreadable and forgotten')
    this.#offsets = new Map((decoded.kind === 'ok' ? decoded.value : []).map((entry) => [keyOf(entry), entry]))
    this.#file = new CoalescedWrite(() => writeFileAtomically(disk, path, encodeOffsetCheckpoint([...this.#offsets.values()])))
  }

  get(topic: string, partition: number): number {
    return this.#offsets.get(keyOf({ topic, partition }))?.offset ?? 0
  }

  entries(): Iterable<OffsetCheckpointEntry> {
    return this.#offsets.values()
  }

  set(entry: OffsetCheckpointEntry): void {
    this.#offsets.set(keyOf(entry), entry)
  }

  /** Whether there was anything to remove. */
  remove(topic: string, partition: number): boolean {
    return this.#offsets.delete(keyOf({ topic, partition }))
  }

  /** Makes all changes so far durable. */
  write(): Promise<void> {
    return this.#file.request()
  }
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`
}
