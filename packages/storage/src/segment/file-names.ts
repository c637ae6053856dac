const pattern = /^(\d{20})\.([a-z]+)$/

/** What belongs to a segment, or begins at an offset, by its suffix. */
export type FileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot'

/** Kafka's names: the offset in 20 digits, then the kind. */
export function offsetFileName(offset: number, kind: FileKind): string {
  return `${String(offset).padStart(20, '0')}.${kind}`
}

/** The offset in a name of that kind; undefined for any other name. */
export function offsetInFileName(name: string, kind: FileKind): number | undefined {
  const [, digits = '', suffix] = pattern.exec(name) ?? []
  const offset = Number(digits)
  return suffix === kind && Number.isSafeInteger(offset) ? offset : undefined
}
