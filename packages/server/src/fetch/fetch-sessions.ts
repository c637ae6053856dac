import type { Clock, Random } from '@logan/common'
import type { ErrorName } from '@logan/protocol'
import { type FetchPartition, FetchSession, type PartitionKey } from './fetch-session.ts'

/** The session part of a Fetch request. `sessionId` 0 and `epoch` -1 are those of a client without sessions. */
export interface SessionRequest {
  readonly sessionId: number
  readonly epoch: number
  readonly usesTopicIds: boolean
  readonly partitions: readonly FetchPartition[]
  readonly forgotten: readonly PartitionKey[]
}

/**
 * What a request fetches. `full`: everything that it lists, and every partition is answered; `session` is the one made for it, if any.
 * `incremental`: the session's partitions, and only news is answered.
 */
export type FetchScope =
  | { readonly kind: 'full'; readonly session: FetchSession | undefined; readonly partitions: readonly FetchPartition[] }
  | { readonly kind: 'incremental'; readonly session: FetchSession; readonly partitions: readonly FetchPartition[] }
  | { readonly kind: 'error'; readonly error: ErrorName }

const finalEpoch = -1
const initialEpoch = 0

/** A session that was used, or made, within this time is not evicted for a larger one (Kafka's value). */
const evictionMs = 120_000

/** The bounded cache of incremental fetch sessions (KIP-227). A client that gets no session goes on with full fetches. */
export class FetchSessions {
  readonly #clock: Clock
  readonly #random: Random
  readonly #slots: number
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>()

  constructor(options: { readonly clock: Clock; readonly random: Random; readonly slots: number }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#slots = options.slots
  }

  get count(): number {
    return this.#sessions.size
  }

  begin(request: SessionRequest): FetchScope {
    if (request.epoch === finalEpoch || request.epoch === initialEpoch) return this.#beginFull(request)
    const session = this.#sessions.get(request.sessionId)
    if (session === undefined) return { kind: 'error', error: 'FETCH_SESSION_ID_NOT_FOUND' }
    if (session.usesTopicIds !== request.usesTopicIds) return { kind: 'error', error: 'FETCH_SESSION_TOPIC_ID_ERROR' }
    if (session.nextEpoch !== request.epoch) return { kind: 'error', error: 'INVALID_FETCH_SESSION_EPOCH' }
    session.update(request.partitions, request.forgotten)
    if (session.size === 0) {
      // Nothing left to follow: the session ends, and the answer says so with session id 0.
      this.#sessions.delete(session.id)
      return { kind: 'full', session: undefined, partitions: [] }
    }
    session.advanceEpoch()
    this.#touch(session)
    return { kind: 'incremental', session, partitions: session.partitions() }
  }

  #beginFull(request: SessionRequest): FetchScope {
    this.#sessions.delete(request.sessionId)
    const session = request.epoch === initialEpoch ? this.#create(request) : undefined
    return { kind: 'full', session, partitions: request.partitions }
  }

  #create({ partitions, usesTopicIds }: SessionRequest): FetchSession | undefined {
    if (partitions.length === 0 || !this.#makeRoom(partitions.length)) return undefined
    const session = new FetchSession(this.#freshId(), usesTopicIds, this.#clock.now())
    session.update(partitions, [])
    this.#sessions.set(session.id, session)
    return session
  }

  #makeRoom(size: number): boolean {
    if (this.#sessions.size < this.#slots) return true
    const nowMs = this.#clock.now()
    const [oldest] = this.#sessions.values()
    if (oldest === undefined) return false
    if (nowMs - oldest.lastUsedMs > evictionMs) return this.#sessions.delete(oldest.id)
    let smallest: FetchSession | undefined
    for (const session of this.#sessions.values()) {
      if (nowMs - session.createdMs <= evictionMs || session.size >= size) continue
      if (smallest === undefined || session.size < smallest.size) smallest = session
    }
    return smallest !== undefined && this.#sessions.delete(smallest.id)
  }

  #touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.now()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
  }

  #freshId(): number {
    for (;;) {
      const id = this.#random.bytes(4).readUInt32BE(0) & 0x7fffffff
      if (id !== 0 && !this.#sessions.has(id)) return id
    }
  }
}
