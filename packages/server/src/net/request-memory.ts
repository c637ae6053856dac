import { assert, type Clock, type Timer } from '@logan/common'

export interface MemoryUser {
  /** The bytes that were waited for are granted. */
  granted(): void
  /** Others begin to wait for memory: remember how far this client has got. */
  markPace(): void
  /** Others have waited since the last `markPace`, a few seconds ago: a client that holds memory and makes no use of it is to be closed. */
  checkPace(): void
}

/** One connection's share of the request memory. */
export interface MemoryAccount {
  /** True: the bytes are held. False: they are waited for, and `granted` tells when they are. One wait at a time. */
  reserve(bytes: number): boolean
  /** Gives back what is held. */
  release(bytes: number): void
  /** Stops waiting, if it waits. */
  cancel(): void
  /** The connection is gone. What it holds is given back as its requests end. */
  close(): void
}

const lookEveryMs = 5_000

/**
 * Bounds the bytes of all requests in flight in the broker, from the moment a request's size is known until it is answered. Kafka's rule for
 * `queued.max.request.bytes`: a request is granted while the bytes in use are below the limit, so it is exceeded by one request at most and
 * one larger than the limit still gets through. The others wait in the order of asking, their sockets unread.
 *
 * Memory is granted before it is filled, so a few clients could take all of it by announcing sizes, or by not reading their answers. Hence
 * all are looked at while anybody waits.
 */
export class RequestMemory {
  readonly #limitBytes: number
  readonly #clock: Clock
  readonly #users = new Set<MemoryUser>()
  readonly #waiting = new Map<MemoryUser, number>()
  #inUseBytes = 0
  #granting = false
  #nextLook: Timer | null = null

  constructor(limitBytes: number, clock: Clock) {
    this.#limitBytes = limitBytes
    this.#clock = clock
  }

  get inUseBytes(): number {
    return this.#inUseBytes
  }

  open(user: MemoryUser): MemoryAccount {
    this.#users.add(user)
    return {
      reserve: (bytes) => this.#reserve(user, bytes),
      release: (bytes) => this.#release(bytes),
      cancel: () => void this.#waiting.delete(user),
      close: () => {
        this.#waiting.delete(user)
        this.#users.delete(user)
      },
    }
  }

  #reserve(user: MemoryUser, bytes: number): boolean {
    assert(!this.#waiting.has(user), 'a connection waits for one request at a time')
    if (this.#waiting.size === 0 && this.#inUseBytes < this.#limitBytes) {
      this.#inUseBytes += bytes
      return true
    }
    this.#waiting.set(user, bytes)
    if (this.#nextLook === null) this.#startLooking()
    return false
  }

  #release(bytes: number): void {
    this.#inUseBytes -= bytes
    assert(this.#inUseBytes >= 0, 'no more request memory is given back than was taken')
    // A user may answer, and so release, at once: the loop that runs already goes on with what that gave back.
    if (this.#granting || this.#waiting.size === 0) return
    this.#granting = true
    for (const [user, bytes] of this.#waiting) {
      if (this.#inUseBytes >= this.#limitBytes) break
      this.#waiting.delete(user)
      this.#inUseBytes += bytes
      user.granted()
    }
    this.#granting = false
  }

  #startLooking(): void {
    for (const user of this.#users) user.markPace()
    this.#nextLook = this.#clock.setTimer(lookEveryMs, () => this.#look())
  }

  #look(): void {
    this.#nextLook = null
    if (this.#waiting.size === 0) return
    for (const user of this.#users) user.checkPace()
    this.#startLooking()
  }
}
