import { InitProducerId } from '@logan/protocol'
import { expect, it } from 'vitest'
import { createTopic, fetchOne, newBrokerAndClient, produce, sequencedBatch, type Topic } from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

interface Producer {
  readonly client: WireClient
  readonly topic: Topic
  readonly id: number
  /** Sends a batch and gives what it was answered: its first offset, or the error. */
  readonly send: (sequence: number, values: readonly string[], epoch?: number) => Promise<number | string>
}

async function newProducer(): Promise<Producer> {
  const { client } = await newBrokerAndClient()
  const topic = await createTopic(client)
  const { producerId: id } = await client.call(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 })
  return {
    client,
    topic,
    id,
    send: async (sequence, values, epoch = 0) => {
      const { error, baseOffset } = await produce(client, topic, sequencedBatch(id, sequence, values, epoch))
      return error === 'NONE' ? baseOffset : error
    },
  }
}

it('ids are never given twice', async () => {
  const { client } = await newBrokerAndClient()
  const init = () => client.call(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 })
  const given = await Promise.all(Array.from({ length: 50 }, init))
  expect(new Set(given.map(({ producerId }) => producerId)).size).toBe(50)
  expect(given.every(({ producerEpoch }) => producerEpoch === 0)).toBe(true)
})

it('a repetition of any of the last five batches is answered with its first offset and not appended', async () => {
  const { client, topic, send } = await newProducer()
  const batches = Array.from({ length: 6 }, (_, index) => [`${index}a`, `${index}b`])
  for (const [index, values] of batches.entries()) expect(await send(index * 2, values)).toBe(index * 2)
  for (const index of [5, 1, 3]) expect(await send(index * 2, batches[index]!)).toBe(index * 2)
  // The sixth from the end is forgotten, and so it is only old.
  expect(await send(0, batches[0]!)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  expect((await fetchOne(client, topic)).values).toEqual(batches.flat())
})

it('the same sequence with another number of records is no repetition', async () => {
  const { send } = await newProducer()
  await send(0, ['a', 'b'])
  expect(await send(0, ['a'])).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
})

it('a gap in the sequences is refused until the missing batch came', async () => {
  const { client, topic, send } = await newProducer()
  expect(await send(0, ['a'])).toBe(0)
  expect(await send(2, ['c'])).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  expect(await send(1, ['b'])).toBe(1)
  expect(await send(2, ['c'])).toBe(2)
  expect((await fetchOne(client, topic)).values).toEqual(['a', 'b', 'c'])
})

it('a higher epoch begins at sequence 0 and fences the lower one', async () => {
  const { send } = await newProducer()
  await send(0, ['a'])
  expect(await send(1, ['b'], 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  expect(await send(0, ['b'], 1)).toBe(1)
  expect(await send(1, ['c'], 0)).toBe('INVALID_PRODUCER_EPOCH')
  expect(await send(1, ['c'], 1)).toBe(2)
})

it('after 2^31 - 1 the sequence goes on at 0, also inside a batch', async () => {
  const { send } = await newProducer()
  const last = 2 ** 31 - 1
  // Nothing is known of the producer yet, so it may begin anywhere.
  expect(await send(last - 1, ['a'])).toBe(0)
  expect(await send(last, ['b', 'c'])).toBe(1)
  expect(await send(1, ['d'])).toBe(3)
  expect(await send(last, ['b', 'c'])).toBe(1)
})

it('each partition counts for itself', async () => {
  const { client, id } = await newProducer()
  const topic = await createTopic(client, 'wide', { partitions: 2 })
  for (const partition of [0, 1]) {
    const sent = await produce(client, topic, sequencedBatch(id, 0, ['a']), { partition })
    expect(sent).toMatchObject({ error: 'NONE', baseOffset: 0 })
  }
})

it('a refused batch of several in flight takes those behind it along, and all come in order when sent again', async () => {
  const { client, topic, id, send } = await newProducer()
  await send(0, ['a'])
  const batches = [sequencedBatch(id, 1, ['b']), sequencedBatch(id, 2, ['c']), sequencedBatch(id, 3, ['d'])]
  const spoilt = Buffer.from(batches[0]!)
  spoilt[spoilt.length - 1]! ^= 1
  const first = await Promise.all([spoilt, ...batches.slice(1)].map((batch) => produce(client, topic, Buffer.from(batch))))
  expect(first.map(({ error }) => error)).toEqual(['CORRUPT_MESSAGE', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'OUT_OF_ORDER_SEQUENCE_NUMBER'])
  const again = await Promise.all(batches.map((batch) => produce(client, topic, batch)))
  expect(again.map(({ baseOffset }) => baseOffset)).toEqual([1, 2, 3])
  expect((await fetchOne(client, topic)).values).toEqual(['a', 'b', 'c', 'd'])
})

it('a repetition is answered with the append time of its first appearance', async () => {
  const { client, id } = await newProducer()
  const topic = await createTopic(client, 'stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
  const first = await produce(client, topic, sequencedBatch(id, 0, ['a']))
  await expect.poll(() => Date.now()).toBeGreaterThan(first.logAppendTimeMs)
  expect(await produce(client, topic, sequencedBatch(id, 0, ['a']))).toMatchObject({
    baseOffset: 0,
    logAppendTimeMs: first.logAppendTimeMs,
  })
})
