/**
 * What came of reading a small file that a crash, a full disk or a human may have spoilt.
 * A spoilt one is an answer, not an exception: the caller knows what can be rebuilt and what cannot.
 */
export type Decoded<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'corrupt'; readonly reason: string }

export function decoded<T>(value: T): Decoded<T> {
  return { kind: 'ok', value }
}

export function corrupt(reason: string): { readonly kind: 'corrupt'; readonly reason: string } {
  return { kind: 'corrupt', reason }
}

/** A whole decimal number that a JavaScript number holds exactly; undefined otherwise. */
export function parseInteger(text: string): number | undefined {
  if (!/^-?\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
