import type { ErrorName } from '@logan/protocol'
import type { MetadataChange } from './metadata-changes.ts'

/** What becomes of one thing that a request asks for. */
export type Outcome<T> =
  | { readonly error: 'NONE'; readonly value: T }
  | { readonly error: Exclude<ErrorName, 'NONE'>; readonly message: string | null }

/** A change that is decided but not made: an outcome for each thing asked for, by its place, and the records that make the good ones. */
export interface Plan<T> {
  readonly outcomes: readonly Outcome<T>[]
  readonly records: readonly MetadataChange[]
}

export function done<T>(value: T): Outcome<T> {
  return { error: 'NONE', value }
}

export function fault(error: Exclude<ErrorName, 'NONE'>, message: string | null = null): Outcome<never> {
  return { error, message }
}

/** What stands in a list more than once. */
export function duplicatesAmong<T>(items: readonly T[]): ReadonlySet<T> {
  const seen = new Set<T>()
  return new Set(items.filter((item) => seen.size === seen.add(item).size))
}
