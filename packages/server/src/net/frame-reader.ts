import { assert } from '@logan/common'

/** The size prefix names a size that no request may have. */
export class FrameSizeError extends Error {
  override readonly name = 'FrameSizeError'
}

const sizeBytes = 4
const noBytes = Buffer.alloc(0)
/** Up to here a frame's memory is allocated with its first byte; above, in proportion to what came. */
const smallFrameBytes = 16 * 1024
const largestGrowth = 8

/**
 * Cuts a stream of bytes into frames: int32 size, then that many bytes. Pure: it sees neither sockets nor requests.
 *
 * Memory: a frame within one chunk is a view of it. One that spans chunks is copied once, into a buffer of its own; that is allocated only
 * when an eighth of it has come, so that a forged size costs nothing. No chunk may be changed after it was fed: frames are views of it.
 */
export class FrameReader {
  readonly #maxFrameBytes: number
  readonly #chunks: Buffer[] = []
  /** Of the first chunk, how much is used. */
  #position = 0

  #size = 0
  #sizeBytesRead = 0
  #admitted = false
  /** Pieces of a large frame that has no buffer of its own yet. */
  #parts: Buffer[] = []
  #place: Buffer | null = null
  #received = 0

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  feed(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
  }

  /** True when nothing can be cut without more bytes. */
  get starved(): boolean {
    return this.#chunks.length === 0
  }

  /** True when a frame was admitted and is not whole yet: it must be read to its end. */
  get insideFrame(): boolean {
    return this.#admitted
  }

  /** Bytes there are of the frame that was admitted and is not whole yet. */
  get receivedBytes(): number {
    return this.#received
  }

  /**
   * The next whole frame without its size prefix, or null: bytes are missing, or `admit` said no. `admit` is asked when a frame's size is
   * known and before any of it is taken; after a no it is asked again at the next call. Throws FrameSizeError.
   */
  next(admit: (size: number) => boolean): Buffer | null {
    if (!this.#readSize()) return null
    if (!this.#admitted && !admit(this.#size)) return null
    this.#admitted = true
    return this.#readBody()
  }

  #readSize(): boolean {
    while (this.#sizeBytesRead < sizeBytes) {
      const chunk = this.#chunks[0]
      if (chunk === undefined) return false
      this.#size = (this.#size << 8) | chunk[this.#position]!
      this.#sizeBytesRead++
      this.#use(1)
      if (this.#sizeBytesRead === sizeBytes && (this.#size < 0 || this.#size > this.#maxFrameBytes)) {
        throw new FrameSizeError(`a request of ${this.#size} bytes is announced, between 0 and ${this.#maxFrameBytes} are allowed`)
      }
    }
    return true
  }

  #readBody(): Buffer | null {
    const size = this.#size
    if (size === 0) return this.#finish(noBytes)
    const first = this.#chunks[0]
    if (this.#received === 0 && first !== undefined && first.length - this.#position >= size) {
      const frame = first.subarray(this.#position, this.#position + size)
      this.#use(size)
      return this.#finish(frame)
    }
    while (this.#received < size && this.#chunks.length > 0) this.#takePart()
    if (this.#received < size) return null
    assert(this.#place !== null, 'a whole frame has its buffer')
    return this.#finish(this.#place)
  }

  #takePart(): void {
    const chunk = this.#chunks[0]!
    const end = Math.min(chunk.length, this.#position + this.#size - this.#received)
    const part = chunk.subarray(this.#position, end)
    if (this.#place === null) this.#parts.push(part)
    else part.copy(this.#place, this.#received)
    this.#received += part.length
    this.#use(part.length)
    if (this.#place === null && (this.#size <= smallFrameBytes || this.#received * largestGrowth >= this.#size)) this.#allocate()
  }

  #allocate(): void {
    const place = Buffer.allocUnsafeSlow(this.#size)
    let position = 0
    for (const part of this.#parts) position += part.copy(place, position)
    this.#parts = []
    this.#place = place
  }

  #use(bytes: number): void {
    this.#position += bytes
    if (this.#position < this.#chunks[0]!.length) return
    this.#chunks.shift()
    this.#position = 0
  }

  #finish(frame: Buffer): Buffer {
    this.#size = 0
    this.#sizeBytesRead = 0
    this.#admitted = false
    this.#place = null
    this.#received = 0
    return frame
  }
}
