/** What one partition of a fetch may give: nothing (0), or so many bytes of whole batches. */
export interface Allowance {
  readonly maxBytes: number
  /** Only for the first partition that has something: its first batch comes whole, however large (KIP-74). */
  readonly minOneBatch: boolean
}

const nothing: Allowance = { maxBytes: 0, minOneBatch: false }

/** Shares a fetch's `maxBytes` out in the order of the request, from what each partition could give. */
export function shareBudget(readableBytes: readonly number[], maxBytes: number): Allowance[] {
  let remaining = maxBytes
  let first = true
  return readableBytes.map((readable) => {
    if (readable === 0 || (remaining <= 0 && !first)) return nothing
    const allowance = { maxBytes: Math.max(0, Math.min(readable, remaining)), minOneBatch: first }
    remaining -= readable
    first = false
    return allowance
  })
}
