/** Byte fields of at least this size are borrowed, not copied: about there a copy costs as much as another entry in `writev` (design note 0001). */
export const borrowBytesMin = 1024

/**
 * Where a message is written: one growing buffer, with the large byte fields that were not copied listed between its parts.
 * What was borrowed must not change until the result has been sent.
 */
export class Scratch {
  protected scratch: Buffer
  protected position = 0
  /** Above zero everything is copied: inside tagged fields, so that their size can be put in front afterwards. */
  protected copying: number
  /** borrowed[i] belongs before the scratch byte at cuts[i]. */
  private readonly cuts: number[] = []
  private readonly borrowed: Uint8Array[] = []
  private borrowedBytes = 0

  /** With `borrow: false` everything is copied, so that the result is one array. */
  constructor({ borrow = true }: { readonly borrow?: boolean } = {}) {
    this.scratch = Buffer.allocUnsafe(512)
    this.copying = borrow ? 0 : 1
  }

  /** Bytes written so far, borrowed ones included. */
  get length(): number {
    return this.position + this.borrowedBytes
  }

  /** The written bytes: one array, or several when large fields were borrowed. Nothing may be written afterwards. */
  finish(): Uint8Array | Uint8Array[] {
    return this.borrowed.length === 0 ? this.finishOne() : this.finishParts()
  }

  /** As `finish` where nothing was borrowed. */
  finishOne(): Buffer {
    return this.scratch.subarray(0, this.position)
  }

  /** As `finish`, always a list. */
  finishParts(): Uint8Array[] {
    const parts: Uint8Array[] = []
    let start = 0
    for (let i = 0; i < this.cuts.length; i++) {
      const cut = this.cuts[i]!
      if (cut > start) parts.push(this.scratch.subarray(start, cut))
      parts.push(this.borrowed[i]!)
      start = cut
    }
    if (this.position > start) parts.push(this.scratch.subarray(start, this.position))
    return parts
  }

  /** Overwrites four bytes written before anything was borrowed: a length in front. */
  patchInt32(at: number, value: number): void {
    this.scratch.writeInt32BE(value, at)
  }

  /** The bytes alone, borrowed when they are many. */
  raw(value: Uint8Array): void {
    const size = value.byteLength
    if (size >= borrowBytesMin && this.copying === 0) {
      this.cuts.push(this.position)
      this.borrowed.push(value)
      this.borrowedBytes += size
      return
    }
    const at = this.reserve(size)
    this.scratch.set(value, at)
  }

  /** Makes room for `size` bytes, moves past them and returns where they begin. */
  protected reserve(size: number): number {
    const start = this.position
    const end = start + size
    if (end > this.scratch.length) this.grow(end)
    this.position = end
    return start
  }

  protected grow(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(least, this.scratch.length * 2))
    this.scratch.copy(larger, 0, 0, this.position)
    this.scratch = larger
  }
}
