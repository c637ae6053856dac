import { type CodecName, tooLarge } from './codec.ts'

/** Bytes being put together, up to a bound. Grows by doubling: memory follows what was really written, never what a header claims. */
export class Output {
  private buffer: Buffer
  private readonly codec: CodecName
  private readonly maxSize: number
  size = 0

  constructor(codec: CodecName, maxSize: number, expectedSize: number) {
    this.codec = codec
    this.maxSize = maxSize
    this.buffer = Buffer.allocUnsafe(Math.min(expectedSize, maxSize))
  }

  /** Bytes that may still be appended. */
  get room(): number {
    return this.maxSize - this.size
  }

  /** @throws ProtocolError beyond the bound */
  append(bytes: Uint8Array): void {
    const size = this.size + bytes.length
    if (size > this.maxSize) throw tooLarge(this.codec, this.maxSize)
    if (size > this.buffer.length) this.grow(size)
    this.buffer.set(bytes, this.size)
    this.size = size
  }

  /** A view of what was appended from `start` on; later appends do not change it. */
  since(start: number): Buffer {
    return this.buffer.subarray(start, this.size)
  }

  private grow(atLeast: number): void {
    const larger = Buffer.allocUnsafe(Math.min(Math.max(atLeast, this.buffer.length * 2), this.maxSize))
    this.buffer.copy(larger, 0, 0, this.size)
    this.buffer = larger
  }
}
