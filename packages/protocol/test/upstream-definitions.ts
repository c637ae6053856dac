import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Reads Apache Kafka's own message definitions. The directory has `messages` (4.x), `messages-before-4.0` (the versions removed there)
// and `records`; a message in both of the first two has the union of their versions.

export interface OfficialField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean | null
  readonly ignorable?: boolean
  readonly fields?: readonly OfficialField[]
}

interface OfficialStruct {
  readonly name: string
  readonly versions: string
  readonly fields: readonly OfficialField[]
}

export interface OfficialMessage {
  readonly name: string
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly latestVersionUnstable?: boolean
  readonly fields: readonly OfficialField[]
  readonly commonStructs?: readonly OfficialStruct[]
}

export function readDefinitions(directory: string): Map<string, OfficialMessage> {
  const current = readFolder(join(directory, 'messages'))
  const removed = readFolder(join(directory, 'messages-before-4.0'))
  const records = readdirSync(join(directory, 'records')).map((folder) => readFolder(join(directory, 'records', folder)))
  const merged = new Map<string, OfficialMessage>()
  for (const folder of [current, ...records]) {
    for (const [name, message] of folder) merged.set(name, merge(message, removed.get(name)))
  }
  return merged
}

function readFolder(folder: string): Map<string, OfficialMessage> {
  if (!existsSync(folder)) throw new Error(`LOGAN_KAFKA_DEFINITIONS lacks ${folder}`)
  const messages = readdirSync(folder).map((file): OfficialMessage => {
    const text = readFileSync(join(folder, file), 'utf8')
    return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ''))
  })
  return new Map(messages.map((message) => [message.name, message]))
}

function merge(current: OfficialMessage, removed: OfficialMessage | undefined): OfficialMessage {
  if (removed === undefined) return current
  const [a, b] = [parseRange(current.validVersions)!, parseRange(removed.validVersions)!]
  return {
    ...current,
    validVersions: `${Math.min(a[0], b[0])}-${Math.max(a[1], b[1])}`,
    fields: mergeFields(current.fields, removed.fields),
  }
}

/** The fields as they are now; those that only removed versions had stand where they stood, behind the one before them. */
function mergeFields(current: readonly OfficialField[], removed: readonly OfficialField[]): OfficialField[] {
  const merged = current.map((field) => {
    const old = removed.find(({ name }) => name === field.name)
    if (old === undefined) return field
    const ignorable = field.ignorable === true || old.ignorable === true
    return field.fields === undefined
      ? { ...field, ignorable }
      : { ...field, ignorable, fields: mergeFields(field.fields, old.fields ?? []) }
  })
  removed.forEach((field, i) => {
    if (current.some(({ name }) => name === field.name)) return
    const before = removed[i - 1]?.name
    merged.splice(merged.findIndex(({ name }) => name === before) + 1, 0, field)
  })
  return merged
}

export type Range = readonly [from: number, to: number]

/** `3-5`, `3+` and `3`; null for `none` and what is missing. */
export function parseRange(text: string | undefined): Range | null {
  if (text === undefined || text === 'none') return null
  const [from, to] = text.replace('+', '-Infinity').split('-')
  return [Number(from), Number(to ?? from)]
}

export function intersect(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return null
  const range: Range = [Math.max(a[0], b[0]), Math.min(a[1], b[1])]
  return range[0] <= range[1] ? range : null
}
