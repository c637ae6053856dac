import { type Decoded, parseInteger } from './decoded.ts'
import { decodeCheckpointEntries, encodeTextCheckpoint } from './text-checkpoint.ts'

const version = 0

/** One partition's line in `recovery-point-offset-checkpoint` or `log-start-offset-checkpoint`. */
export interface OffsetCheckpointEntry {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** One line `topic partition offset` per partition; both checkpoints of a log directory have this form. */
export function encodeOffsetCheckpoint(entries: readonly OffsetCheckpointEntry[]): string {
  return encodeTextCheckpoint(
    version,
    entries.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`),
  )
}

export function decodeOffsetCheckpoint(text: string): Decoded<OffsetCheckpointEntry[]> {
  return decodeCheckpointEntries(text, version, parseLine)
}

function parseLine(line: string): OffsetCheckpointEntry | undefined {
  const [topic, partitionText = '', offsetText = '', ...rest] = line.split(/\s+/)
  const partition = parseInteger(partitionText)
  const offset = parseInteger(offsetText)
  if (topic === undefined || topic === '' || rest.length > 0) return undefined
  if (partition === undefined || partition < 0 || offset === undefined || offset < 0) return undefined
  return { topic, partition, offset }
}
