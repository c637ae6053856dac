/** What one partition of a fetch may give: nothing (0), or so many bytes of whole batches. */
export interface Allowance {
  readonly maxBytes: number
  /** Only for the first partition that has something: its first batch comes whole, however large (KIP-74). */
  readonly minOneBatch: boolean
}

/** What one partition could give. */
export interface Supply {
  /** More than `maxBytes` only when its first batch alone is. */
  readonly readableBytes: number
  /** The partition's own limit. */
  readonly maxBytes: number
}

const nothing: Allowance = { maxBytes: 0, minOneBatch: false }

/** Shares a fetch's `maxBytes` out in the order of the request. */
export function shareBudget(supplies: readonly Supply[], maxBytes: number): Allowance[] {
  let remaining = maxBytes
  let first = true
  return supplies.map(({ readableBytes, maxBytes: limit }) => {
    const fits = remaining > 0 && readableBytes <= limit
    if (readableBytes === 0 || !(first || fits)) return nothing
    const allowance = { maxBytes: Math.max(0, Math.min(readableBytes, remaining)), minOneBatch: first }
    remaining -= readableBytes
    first = false
    return allowance
  })
}
