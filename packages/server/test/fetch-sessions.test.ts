import { ManualClock, seededRandom } from '@logan/common'
import { beforeEach, describe, expect, it } from 'vitest'
import { type FetchPartition, partitionKey } from '../src/fetch/fetch-session.ts'
import { FetchSessions, type SessionRequest } from '../src/fetch/fetch-sessions.ts'

const partition = (index: number, fetchOffset = 0): FetchPartition => ({
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  topic: 'events',
  partition: index,
  fetchOffset,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
  maxBytes: 1000,
})
const quiet = { error: 'NONE', hasRecords: false, diverging: false, highWatermark: 7, logStartOffset: 0 } as const

describe('fetch sessions (KIP-227)', () => {
  let clock: ManualClock
  let sessions: FetchSessions

  beforeEach(() => {
    clock = new ManualClock()
    sessions = new FetchSessions({ clock, random: seededRandom(1), slots: 2 })
  })

  const begin = (request: Partial<SessionRequest>) =>
    sessions.begin({ sessionId: 0, epoch: 0, usesTopicIds: false, partitions: [], forgotten: [], ...request })
  const create = (size: number) => {
    const scope = begin({ partitions: Array.from({ length: size }, (_, index) => partition(index)) })
    if (scope.kind !== 'full') throw new Error(`expected a full fetch, got ${scope.kind}`)
    return scope.session
  }

  it('makes no session for a client without sessions', () => {
    expect(begin({ epoch: -1, partitions: [partition(0)] })).toMatchObject({ kind: 'full', session: undefined })
    expect(sessions.count).toBe(0)
  })

  it('goes on with what the session follows, with changed, added and forgotten partitions', () => {
    const session = create(2)!
    const scope = begin({
      sessionId: session.id,
      epoch: 1,
      partitions: [partition(1, 5), partition(2)],
      forgotten: [partitionKey(partition(0))],
    })
    expect(scope).toMatchObject({ kind: 'incremental', partitions: [partition(1, 5), partition(2)] })
    expect(begin({ sessionId: session.id, epoch: 2 })).toMatchObject({ kind: 'incremental' })
  })

  it('refuses an unknown session, a wrong epoch, and a change between names and ids', () => {
    const session = create(1)!
    expect(begin({ sessionId: session.id + 1, epoch: 1 })).toEqual({ kind: 'error', error: 'FETCH_SESSION_ID_NOT_FOUND' })
    expect(begin({ sessionId: session.id, epoch: 2 })).toEqual({ kind: 'error', error: 'INVALID_FETCH_SESSION_EPOCH' })
    expect(begin({ sessionId: session.id, epoch: 1, usesTopicIds: true })).toEqual({ kind: 'error', error: 'FETCH_SESSION_TOPIC_ID_ERROR' })
  })

  it('ends a session by a full fetch that names it, and when nothing is left to follow', () => {
    const first = create(1)!
    begin({ sessionId: first.id, epoch: -1, partitions: [partition(0)] })
    expect(sessions.count).toBe(0)
    const second = create(1)!
    const scope = begin({ sessionId: second.id, epoch: 1, forgotten: [partitionKey(partition(0))] })
    expect(scope).toEqual({ kind: 'full', session: undefined, partitions: [] })
    expect(sessions.count).toBe(0)
  })

  it('names a partition only when there is news', () => {
    const session = create(1)!
    const key = partitionKey(partition(0))
    expect(session.tell(key, quiet)).toBe(true)
    expect(session.tell(key, quiet)).toBe(false)
    expect(session.tell(key, { ...quiet, highWatermark: 8 })).toBe(true)
    expect(session.tell(key, { ...quiet, highWatermark: 8, logStartOffset: 1 })).toBe(true)
    expect(session.tell(key, { ...quiet, error: 'CORRUPT_MESSAGE', highWatermark: 8, logStartOffset: 1 })).toBe(true)
    expect(session.tell(key, { ...quiet, highWatermark: 8, logStartOffset: 1 }), 'the end of an error is news').toBe(true)
  })

  it('serves what gave records last at the end, so that nobody starves', () => {
    const session = create(3)!
    session.tell(partitionKey(partition(0)), { ...quiet, hasRecords: true })
    expect(session.partitions().map(({ partition: index }) => index)).toEqual([1, 2, 0])
  })

  it('keeps to its slots: a newcomer displaces an idle session, or a smaller one that had its time', () => {
    const first = create(1)!
    create(3)
    expect(create(2), 'both are in use').toBeUndefined()
    clock.advance(120_001)
    begin({ sessionId: first.id, epoch: 1 })
    expect(create(2), 'the idle one goes').toBeDefined()
    expect(sessions.count).toBe(2)
    expect(create(2), 'the smaller one that is older than two minutes goes').toBeDefined()
    expect(begin({ sessionId: first.id, epoch: 2 })).toMatchObject({ kind: 'error' })
  })
})
