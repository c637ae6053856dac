import { assert, type Clock, type Timer } from '@logan/common'

export interface ReservationOwner {
  /** The bytes that were waited for are granted. */
  granted(): void
  /** Others wait for memory while this request hardly arrives: give it up. */
  evict(): void
}

/** Memory for one request, from the moment its size is known until its answer is out. */
export interface Reservation {
  readonly bytes: number
  readonly held: boolean
  /** Says that the rest of the request is still to come from the network, and how much of it is there. */
  arriving(arrivedBytes: number): void
  /** The request is whole. */
  arrived(): void
  /** Gives back what is held, or no longer waits. Idempotent. */
  release(): void
}

interface Entry extends Reservation {
  readonly owner: ReservationOwner
  state: 'waiting' | 'held' | 'released'
  arrivedBytes: number
  /** What had come at the last look at who is slow; null before the first. */
  arrivedAtLastLook: number | null
}

/** How often arriving requests are looked at while others wait, and what one must have brought since to keep its memory. */
const lookEveryMs = 5_000
const slowestBytesPerLook = 64 * 1024

/**
 * Bounds the bytes of all requests in flight in the broker. Kafka's rule for `queued.max.request.bytes`: a request is granted while the bytes in
 * use are below the limit, so it is exceeded by one request at most and one larger than the limit still gets through. The others wait in
 * the order of asking, their sockets unread; a connection waits for one request at most.
 *
 * Memory is granted before it arrives, so a few clients could take all of it by announcing sizes: while anybody waits,
 * a request that comes slower than 64 KiB in 5 s loses its connection.
 */
export class RequestMemory {
  readonly #limitBytes: number
  readonly #clock: Clock
  readonly #waiting = new Set<Entry>()
  readonly #arriving = new Set<Entry>()
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

  /** Held on return, or waiting: then `owner.granted` is called later. */
  reserve(bytes: number, owner: ReservationOwner): Reservation {
    const entry = this.#newEntry(bytes, owner)
    if (this.#waiting.size === 0 && this.#inUseBytes < this.#limitBytes) this.#grant(entry)
    else this.#wait(entry)
    return entry
  }

  #newEntry(bytes: number, owner: ReservationOwner): Entry {
    const entry: Entry = {
      bytes,
      owner,
      state: 'waiting',
      arrivedBytes: 0,
      arrivedAtLastLook: null,
      get held() {
        return this.state === 'held'
      },
      arriving: (arrivedBytes) => {
        assert(entry.state === 'held', 'a request arrives only into memory it holds')
        entry.arrivedBytes = arrivedBytes
        this.#arriving.add(entry)
      },
      arrived: () => void this.#arriving.delete(entry),
      release: () => this.#release(entry),
    }
    return entry
  }

  #grant(entry: Entry): void {
    entry.state = 'held'
    this.#inUseBytes += entry.bytes
  }

  #release(entry: Entry): void {
    const { state } = entry
    entry.state = 'released'
    this.#waiting.delete(entry)
    this.#arriving.delete(entry)
    if (state !== 'held') return
    this.#inUseBytes -= entry.bytes
    this.#grantWaiting()
  }

  #grantWaiting(): void {
    // An owner may answer, and so release, at once: the loop that runs already goes on with what that gave back.
    if (this.#granting) return
    this.#granting = true
    for (const entry of this.#waiting) {
      if (this.#inUseBytes >= this.#limitBytes) break
      this.#waiting.delete(entry)
      this.#grant(entry)
      entry.owner.granted()
    }
    this.#granting = false
  }

  #wait(entry: Entry): void {
    this.#waiting.add(entry)
    if (this.#nextLook !== null) return
    for (const arriving of this.#arriving) arriving.arrivedAtLastLook = arriving.arrivedBytes
    this.#lookLater()
  }

  #lookLater(): void {
    this.#nextLook = this.#clock.setTimer(lookEveryMs, () => {
      this.#nextLook = null
      if (this.#waiting.size > 0) this.#evictSlow()
    })
  }

  #evictSlow(): void {
    const slow = [...this.#arriving].filter(
      ({ arrivedBytes, arrivedAtLastLook }) => arrivedAtLastLook !== null && arrivedBytes - arrivedAtLastLook < slowestBytesPerLook,
    )
    for (const arriving of this.#arriving) arriving.arrivedAtLastLook = arriving.arrivedBytes
    this.#lookLater()
    for (const entry of slow) entry.owner.evict()
  }
}
