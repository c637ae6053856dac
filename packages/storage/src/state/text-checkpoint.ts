import { corrupt, type Decoded, decoded, parseInteger } from './decoded.ts'

/**
 * Kafka's checkpoint text (its `CheckpointFile`): a line with the version, a line with the number of entries, a line per entry.
 * An entry must not contain a line break.
 */
export function encodeTextCheckpoint(version: number, entries: readonly string[]): string {
  return [version, entries.length, ...entries].map((line) => `${line}\n`).join('')
}

/** An empty text holds no entries, as in Kafka, which creates the file before it has anything to write. */
export function decodeTextCheckpoint(text: string, version: number): Decoded<readonly string[]> {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const [versionLine, countLine, ...entries] = lines
  if (versionLine === undefined) return decoded([])
  if (parseInteger(versionLine) !== version) return corrupt(`version '${versionLine}' where ${version} was expected`)
  if (countLine === undefined) return decoded([])
  if (parseInteger(countLine) !== entries.length) return corrupt(`${entries.length} entries where '${countLine}' were announced`)
  return decoded(entries)
}

/** Decodes and then reads each entry; the first line that `parse` cannot read makes the whole corrupt. */
export function decodeCheckpointEntries<T>(text: string, version: number, parse: (line: string) => T | undefined): Decoded<T[]> {
  const lines = decodeTextCheckpoint(text, version)
  if (lines.kind === 'corrupt') return lines
  const entries: T[] = []
  for (const line of lines.value) {
    const entry = parse(line)
    if (entry === undefined) return corrupt(`malformed line '${line}'`)
    entries.push(entry)
  }
  return decoded(entries)
}
