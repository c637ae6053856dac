import { ProtocolError } from './protocol-error.ts'

const prefixSize = 4

/**
 * Cuts a stream of bytes into frames: a four-byte length, then as many bytes. One per connection and direction.
 *
 * A frame that lies whole within one chunk is a view into it; one that spans chunks is copied together, into memory that grows with what
 * has been received, never with what a length promises.
 */
export class FrameSplitter {
  private readonly frameBytesMax: number
  /** The beginning of a frame, prefix included, of which more is to come. */
  private partial: Buffer = Buffer.alloc(0)
  private partialSize = 0

  constructor({ frameBytesMax }: { readonly frameBytesMax: number }) {
    this.frameBytesMax = frameBytesMax
  }

  /** Bytes received of a frame that is not complete. */
  get pendingBytes(): number {
    return this.partialSize
  }

  /**
   * Takes the next bytes and hands on, in order and without their prefix, the frames they complete.
   * Throws ProtocolError at a length that is negative or above the limit; the stream cannot be read any further then.
   */
  push(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    let rest = this.partialSize > 0 ? this.completePartial(chunk, onFrame) : chunk
    while (rest.byteLength >= prefixSize) {
      const end = prefixSize + this.checkSize(sizeAt(rest))
      if (rest.byteLength < end) break
      onFrame(rest.subarray(prefixSize, end))
      rest = rest.subarray(end)
    }
    if (rest.byteLength > 0) this.keep(rest)
  }

  /** Adds what the begun frame lacks from the chunk and returns the rest of it. */
  private completePartial(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): Uint8Array {
    let rest = chunk
    if (this.partialSize < prefixSize) {
      rest = this.take(rest, prefixSize)
      if (this.partialSize < prefixSize) return rest
      this.checkSize(sizeAt(this.partial))
    }
    const end = prefixSize + sizeAt(this.partial)
    rest = this.take(rest, end)
    if (this.partialSize < end) return rest
    const frame = this.partial.subarray(prefixSize, end)
    this.partial = Buffer.alloc(0)
    this.partialSize = 0
    onFrame(frame)
    return rest
  }

  /** Moves bytes to the begun frame until it has `size` of them. */
  private take(from: Uint8Array, size: number): Uint8Array {
    const count = Math.min(size - this.partialSize, from.byteLength)
    this.keep(from.subarray(0, count))
    return from.subarray(count)
  }

  private keep(bytes: Uint8Array): void {
    const needed = this.partialSize + bytes.byteLength
    if (needed > this.partial.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.partial.length * 2))
      this.partial.copy(larger, 0, 0, this.partialSize)
      this.partial = larger
    }
    this.partial.set(bytes, this.partialSize)
    this.partialSize = needed
  }

  private checkSize(size: number): number {
    if (size < 0) throw new ProtocolError(`frame of negative size ${size}`)
    if (size > this.frameBytesMax) throw new ProtocolError(`frame of ${size} bytes, ${this.frameBytesMax} are allowed`)
    return size
  }
}

function sizeAt(bytes: Uint8Array): number {
  return (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!
}
