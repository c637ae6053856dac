import { FrameReader } from './frame-reader.ts'
import type { MemoryAccount } from './request-memory.ts'

/** One request may be larger than this; then it is alone. */
const bytesInFlightMax = 16 * 1024 * 1024

/**
 * The receiving half of a connection: what was read, cut into requests, within the bounds on their memory.
 *
 * It is `open`, then perhaps `ended` (the client has sent all it will: what came is still served, so that a Produce with acks=0 just before the
 * end is not lost), then `stopped` (nothing more is taken: the broker drains, the connection is to close, or is gone).
 */
export class Intake {
  readonly #reader: FrameReader
  readonly #memory: MemoryAccount
  #state: 'open' | 'ended' | 'stopped' = 'open'
  #bytesInFlight = 0
  /** Of the request that is to come next, when its size is known. */
  #next: { readonly bytes: number; held: boolean } | null = null
  #mustWait = false

  constructor(frameBytesMax: number, memory: MemoryAccount) {
    this.#reader = new FrameReader(frameBytesMax)
    this.#memory = memory
  }

  get stopped(): boolean {
    return this.#state === 'stopped'
  }

  /** A request is there in part, and its memory reserved: it is read to its end. */
  get insideRequest(): boolean {
    return this.#reader.insideFrame
  }

  /** The next request has no room yet, so nothing is to be read. */
  get mustWait(): boolean {
    return this.#mustWait
  }

  /** Nothing more will be taken. */
  get exhausted(): boolean {
    return this.#state === 'stopped' || (this.#state === 'ended' && this.#reader.starved)
  }

  feed(chunk: Buffer): void {
    this.#reader.feed(chunk)
  }

  /** The next whole request, or null: bytes are missing, or `mustWait`. Throws FrameSizeError. */
  take(): Buffer | null {
    const frame = this.#reader.next((bytes) => this.#admit(bytes))
    if (frame === null) return null
    this.#next = null
    this.#bytesInFlight += frame.length
    return frame
  }

  /** A request taken before is answered, or given up. */
  letGo(bytes: number): void {
    this.#bytesInFlight -= bytes
    this.#memory.release(bytes)
  }

  /** The memory that was waited for is there. */
  granted(): void {
    this.#next!.held = true
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended'
  }

  stop(): void {
    this.#state = 'stopped'
    const next = this.#next
    this.#next = null
    if (next === null) return
    if (next.held) this.#memory.release(next.bytes)
    else this.#memory.cancel()
  }

  /** Whether a request of this size may be read now; if so its memory is reserved. */
  #admit(bytes: number): boolean {
    const tooMuch = this.#bytesInFlight > 0 && this.#bytesInFlight + bytes > bytesInFlightMax
    if (!tooMuch && this.#next === null) this.#next = { bytes, held: this.#memory.reserve(bytes) }
    this.#mustWait = tooMuch || !this.#next!.held
    return !this.#mustWait
  }
}
