import { DeleteRecords } from '@logan/protocol'
import { expect, it } from 'vitest'
import type { Broker } from '../../src/index.ts'
import {
  batchOf,
  createTopic,
  deleteTopic,
  type Fetched,
  fetchAll,
  fetchOne,
  newBrokerAndClient,
  newClient,
  newDirectory,
  produce,
  roundTrip,
  type Topic,
} from './broker-testkit.ts'

/** Longer than any test may take, so that a fetch which only ends by itself fails it; and the greatest that a client can ask for. */
const long = { maxWaitMs: 0x7fff_ffff }

interface Poll {
  readonly answer: Promise<Fetched[]>
  isAnswered(): boolean
}

/** A fetch that is waiting on a connection of its own. */
async function startPoll(
  broker: Broker,
  ...fetch: Parameters<typeof fetchAll> extends [unknown, ...infer Rest] ? Rest : never
): Promise<Poll> {
  const client = await newClient(broker)
  let answered = false
  const answer = fetchAll(client, ...fetch).finally(() => {
    answered = true
  })
  await roundTrip(await newClient(broker))
  return { answer, isAnswered: () => answered }
}

const valuesOf = async ({ answer }: Poll) => (await answer).map(({ values }) => values)

it.each(['sync', 'os'] as const)('a fetch at the end is answered by the next append, flush.mode=%s', async (flushMode) => {
  const { broker, client } = await newBrokerAndClient({ logDir: newDirectory(), flushMode })
  const topic = await createTopic(client)
  const poll = await startPoll(broker, [{ topic }], long)
  expect(poll.isAnswered()).toBe(false)
  await produce(client, topic, batchOf(['news']), { acks: 1 })
  expect(await valuesOf(poll)).toEqual([['news']])
})

it('an append to any of its partitions wakes a fetch', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client, 'wide', { partitions: 3 })
  const wanted = [0, 1, 2].map((partition) => ({ topic, partition }))
  const poll = await startPoll(broker, wanted, long)
  await produce(client, topic, batchOf(['news']), { partition: 2 })
  expect(await valuesOf(poll)).toEqual([[], [], ['news']])
})

it('it waits for minBytes, which several partitions may have together', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client, 'wide', { partitions: 2 })
  const wanted = [0, 1].map((partition) => ({ topic, partition }))
  const poll = await startPoll(broker, wanted, { ...long, minBytes: 2000 })
  const value = 'x'.repeat(1000)
  await produce(client, topic, batchOf([value]), { partition: 0 })
  await roundTrip(client)
  expect(poll.isAnswered()).toBe(false)
  await produce(client, topic, batchOf([value]), { partition: 1 })
  expect(await valuesOf(poll)).toEqual([[value], [value]])
})

it('nobody waits for more than the fetch may carry', async () => {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  await produce(client, topic, batchOf(['x'.repeat(1000)]))
  expect((await fetchOne(client, topic, {}, { ...long, minBytes: 1 << 30, maxBytes: 500 })).values).toHaveLength(1)
})

it('when the time is over it is answered with what is there', async () => {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  await produce(client, topic, batchOf(['few']))
  const beginMs = performance.now()
  expect((await fetchOne(client, topic, {}, { maxWaitMs: 40, minBytes: 1000 })).values).toEqual(['few'])
  expect(performance.now() - beginMs).toBeGreaterThan(35)
})

it('without minBytes it does not wait', async () => {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  expect((await fetchOne(client, topic, {}, { ...long, minBytes: 0 })).values).toEqual([])
})

it('the deletion of the topic is told at once', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  const poll = await startPoll(broker, [{ topic }], long)
  await deleteTopic(client, topic)
  expect((await poll.answer)[0]).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', values: [] })
})

it('records deleted under a waiting fetch are told at once', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  await produce(client, topic, batchOf(['a', 'b', 'c']))
  const poll = await startPoll(broker, [{ topic, fetchOffset: 1 }], { ...long, minBytes: 1000 })
  const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 2 }] }]
  await client.call(DeleteRecords, 2, { topics, timeoutMs: 1000 })
  expect((await poll.answer)[0]).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', values: [] })
})

it('many who wait for one partition are all answered by one append', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  const clients = await Promise.all(Array.from({ length: 60 }, () => newClient(broker)))
  const answers = clients.map((one) => fetchOne(one, topic, {}, long))
  await roundTrip(client)
  await produce(client, topic, batchOf(['to all']))
  for (const { values } of await Promise.all(answers)) expect(values).toEqual(['to all'])
})

it('a client that goes while it waits takes nobody along', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  const leaving = await newClient(broker)
  const lost = fetchOne(leaving, topic, {}, long)
  const poll = await startPoll(broker, [{ topic }], long)
  await leaving.close()
  await expect(lost).rejects.toThrow('closed')
  await produce(client, topic, batchOf(['still here']))
  expect(await valuesOf(poll)).toEqual([['still here']])
})

it('a broker that closes answers who waits', async () => {
  const { broker, client } = await newBrokerAndClient()
  const topic: Topic = await createTopic(client)
  const poll = await startPoll(broker, [{ topic }], long)
  await broker.close()
  expect(await valuesOf(poll)).toEqual([[]])
})
