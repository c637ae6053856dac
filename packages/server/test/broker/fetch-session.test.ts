import { DeleteRecords, Fetch, type ResponseOf } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import {
  batchOf,
  createTopic,
  deleteTopic,
  errorName,
  type FetchInput,
  fetchRequest,
  newBrokerAndClient,
  newClient,
  produce,
  readable,
  type Topic,
  type Wanted,
} from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

/** One answer, partitions as `partition: values` or `partition: ERROR`. */
interface Told {
  readonly error: string
  readonly sessionId: number
  readonly partitions: Record<number, string[] | string>
}

function told({ errorCode, sessionId, responses }: ResponseOf<typeof Fetch>): Told {
  const partitions = responses.flatMap(({ partitions }) => partitions.map(readable))
  const entries = partitions.map(({ partitionIndex, error, values }) => [partitionIndex, error === 'NONE' ? values : error])
  return { error: errorName(errorCode), sessionId, partitions: Object.fromEntries(entries) }
}

async function fetchTold(client: WireClient, wanted: readonly Wanted[], input: FetchInput): Promise<Told> {
  return told(await client.call(Fetch, input.version ?? 17, fetchRequest(wanted, input)))
}

/** A client with a session over the partitions of an empty topic. */
async function newSession(partitions: number, version = 17) {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client, 'followed', { partitions })
  const wanted = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  const begun = await fetchTold(client, wanted, { version, sessionEpoch: 0 })
  const { sessionId } = begun
  let sessionEpoch = 1
  /** The next fetch of the session: what changed, and what is followed no longer. */
  const next = (changed: readonly Wanted[] = [], input: FetchInput = {}) =>
    fetchTold(client, changed, { version, sessionId, sessionEpoch: sessionEpoch++, ...input })
  const forget = (partition: number) => ({ forgottenTopicsData: [{ topic: topic.name, topicId: topic.id, partitions: [partition] }] })
  return { broker, client, topic, begun, next, forget }
}

const send = (client: WireClient, topic: Topic, partition: number, value: string) => produce(client, topic, batchOf([value]), { partition })

describe.each([
  ['names', 12],
  ['topic ids', 17],
])('by %s', (_, version) => {
  it('the first answer names every partition, later ones those with news', async () => {
    const { client, topic, begun, next } = await newSession(3, version)
    expect(begun).toMatchObject({ error: 'NONE', partitions: { 0: [], 1: [], 2: [] } })
    expect(begun.sessionId).toBeGreaterThan(0)
    expect(await next()).toEqual({ error: 'NONE', sessionId: begun.sessionId, partitions: {} })
    await send(client, topic, 1, 'news')
    expect((await next()).partitions).toEqual({ 1: ['news'] })
    // The client has not moved on, so it is given the same again.
    expect((await next()).partitions).toEqual({ 1: ['news'] })
    expect((await next([{ topic, partition: 1, fetchOffset: 1 }])).partitions).toEqual({})
  })

  it('a partition is forgotten, and comes again when it is asked for', async () => {
    const { client, topic, next, forget } = await newSession(2, version)
    await send(client, topic, 0, 'a')
    await send(client, topic, 1, 'b')
    expect((await next([], forget(0))).partitions).toEqual({ 1: ['b'] })
    expect((await next([{ topic, partition: 0 }])).partitions).toEqual({ 0: ['a'], 1: ['b'] })
  })

  it('a long poll of a session is woken by news', async () => {
    const { broker, topic, next } = await newSession(2, version)
    const waiting = next([], { maxWaitMs: 60_000 })
    await send(await newClient(broker), topic, 1, 'news')
    expect((await waiting).partitions).toEqual({ 1: ['news'] })
  })
})

it('a log start that moved is news', async () => {
  const { client, topic, next } = await newSession(1)
  await send(client, topic, 0, 'a')
  expect((await next([{ topic, fetchOffset: 1 }])).partitions).toEqual({ 0: [] })
  expect((await next()).partitions).toEqual({})
  const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 1 }] }]
  await client.call(DeleteRecords, 2, { topics, timeoutMs: 1000 })
  expect((await next()).partitions).toEqual({ 0: [] })
})

it('errors are told every time, and their end too', async () => {
  const { client, topic, next } = await newSession(1)
  expect((await next([{ topic, fetchOffset: 1 }])).partitions).toEqual({ 0: 'OFFSET_OUT_OF_RANGE' })
  expect((await next()).partitions).toEqual({ 0: 'OFFSET_OUT_OF_RANGE' })
  expect((await next([{ topic, fetchOffset: 0 }])).partitions).toEqual({ 0: [] })
  expect((await next()).partitions).toEqual({})
  await deleteTopic(client, topic)
  expect((await next()).partitions).toEqual({ 0: 'UNKNOWN_TOPIC_ID' })
})

it('who was served last is served after the others', async () => {
  const { client, topic, next } = await newSession(2)
  for (const partition of [0, 1]) await send(client, topic, partition, `from ${partition}`)
  const one = { maxBytes: 1 }
  expect((await next([], one)).partitions).toMatchObject({ 0: ['from 0'] })
  expect((await next([], one)).partitions).toMatchObject({ 1: ['from 1'] })
  expect((await next([], one)).partitions).toMatchObject({ 0: ['from 0'] })
})

it('an unknown session, and an epoch that is not next, are errors of the whole fetch', async () => {
  const { client, begun, next } = await newSession(1)
  const { sessionId } = begun
  const failed = (error: string) => ({ error, sessionId: 0, partitions: {} })
  expect(await next([], { sessionId: sessionId + 1, sessionEpoch: 1 })).toEqual(failed('FETCH_SESSION_ID_NOT_FOUND'))
  expect(await next([], { sessionEpoch: 5 })).toEqual(failed('INVALID_FETCH_SESSION_EPOCH'))
  expect(await next([], { sessionEpoch: 1 })).toMatchObject({ error: 'NONE' })
  expect(await next([], { sessionEpoch: 1 })).toEqual(failed('INVALID_FETCH_SESSION_EPOCH'))
  expect(await fetchTold(client, [], { version: 12, sessionId, sessionEpoch: 2 })).toEqual(failed('FETCH_SESSION_TOPIC_ID_ERROR'))
})

it('a session ends with epoch -1, or when nothing is left to follow', async () => {
  const { client, topic, begun, next } = await newSession(1)
  await send(client, topic, 0, 'a')
  const { sessionId } = begun
  expect(await fetchTold(client, [{ topic }], { sessionId, sessionEpoch: -1 })).toEqual({
    error: 'NONE',
    sessionId: 0,
    partitions: { 0: ['a'] },
  })
  expect((await next()).error).toBe('FETCH_SESSION_ID_NOT_FOUND')

  const second = await newSession(1)
  expect(await second.next([], second.forget(0))).toEqual({ error: 'NONE', sessionId: 0, partitions: {} })
  expect((await second.next()).error).toBe('FETCH_SESSION_ID_NOT_FOUND')
})

it('when there is no room for another session, fetches are full ones', async () => {
  const { client } = await newBrokerAndClient({ set: { 'max.incremental.fetch.session.cache.slots': '1' } })
  const topic = await createTopic(client)
  const begin = () => fetchTold(client, [{ topic }], { sessionEpoch: 0 })
  expect((await begin()).sessionId).toBeGreaterThan(0)
  expect(await begin()).toEqual({ error: 'NONE', sessionId: 0, partitions: { 0: [] } })
})

it('below v7 there are no sessions', async () => {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  await send(client, topic, 0, 'a')
  for (const version of [4, 6]) expect((await fetchTold(client, [{ topic }], { version })).partitions).toEqual({ 0: ['a'] })
})
