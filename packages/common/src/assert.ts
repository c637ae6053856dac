/** Thrown when the program itself is wrong. Never caught to carry on: a broken invariant ends the process (embedded: the broker's promise rejects). */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** States an invariant. A failure is a bug in Logan, never bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Marks a branch that the types rule out; the compiler refuses it when a case is forgotten. */
export function unreachable(value: never, what = 'value'): never {
  throw new AssertionError(`unexpected ${what}: ${String(value)}`)
}
