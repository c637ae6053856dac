import type { Segment } from '../segment/segment.ts'

/** The segments of a log, oldest first and never none; the last one is active. */
export class SegmentList implements Iterable<Segment> {
  readonly #segments: Segment[]

  constructor(segments: readonly Segment[]) {
    this.#segments = [...segments]
  }

  get active(): Segment {
    return this.#segments.at(-1)!
  }

  get oldest(): Segment {
    return this.#segments[0]!
  }

  get count(): number {
    return this.#segments.length
  }

  get sizeInBytes(): number {
    return this.#segments.reduce((total, { size }) => total + size, 0)
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#segments.values()
  }

  at(index: number): Segment | undefined {
    return this.#segments[index]
  }

  add(segment: Segment): void {
    this.#segments.push(segment)
  }

  removeOldest(count: number): Segment[] {
    return this.#segments.splice(0, count)
  }

  /** The place of the segment that holds `offset`, if any does: the last one that begins at or before it. */
  indexFor(offset: number): number {
    // Most reads are at the end.
    if (offset >= this.active.baseOffset) return this.count - 1
    let from = 0
    let to = this.count - 1
    while (to - from > 1) {
      const middle = (from + to) >>> 1
      if (this.#segments[middle]!.baseOffset <= offset) from = middle
      else to = middle
    }
    return from
  }

  /** Those with offsets from `fromOffset` on and below `limitOffset`. */
  within(fromOffset: number, limitOffset: number): Segment[] {
    return this.#segments.filter(({ baseOffset, nextOffset }) => nextOffset > fromOffset && baseOffset < limitOffset)
  }

  /** They become durable in order, so those that are not stand at the end. An empty one says nothing of those before it. */
  notDurable(): Segment[] {
    const lastDurable = this.#segments.findLastIndex(({ isDurable, size }) => isDurable && size > 0)
    return this.#segments.slice(lastDurable + 1).filter(({ isDurable }) => !isDurable)
  }
}
