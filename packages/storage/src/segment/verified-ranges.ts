interface Range {
  start: number
  end: number
}

/** Reads all over a segment may leave islands; beyond so many the smallest is forgotten, and checked again when it is read again. */
const mostRanges = 64

/** Which bytes of a file had their checksums checked by this process. Both ends of a range lie between batches. */
export class VerifiedRanges {
  /** In rising order, never touching. */
  #ranges: Range[] = []

  add(start: number, end: number): void {
    if (end <= start) return
    const last = this.#ranges.at(-1)
    // Appends and sequential reads extend the last range.
    if (last !== undefined && last.end === start) {
      last.end = end
      return
    }
    const before = this.#ranges.filter((range) => range.end < start)
    const after = this.#ranges.filter((range) => range.start > end)
    const touching = this.#ranges.slice(before.length, this.#ranges.length - after.length)
    const merged = { start: Math.min(start, touching[0]?.start ?? start), end: Math.max(end, touching.at(-1)?.end ?? end) }
    this.#ranges = [...before, merged, ...after]
    if (this.#ranges.length > mostRanges) this.#forgetSmallest()
  }

  covers(start: number, end: number): boolean {
    return this.#ranges.some((range) => range.start <= start && end <= range.end)
  }

  get ranges(): readonly Readonly<Range>[] {
    return this.#ranges
  }

  #forgetSmallest(): void {
    const smallest = this.#ranges.reduce((least, range) => (range.end - range.start < least.end - least.start ? range : least))
    this.#ranges = this.#ranges.filter((range) => range !== smallest)
  }
}
