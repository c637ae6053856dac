import { ManualClock } from '@logan/common'
import { ListOffsets } from '@logan/protocol'
import { expect, it, onTestFinished } from 'vitest'
import type { BrokerWorld } from '../../src/index.ts'
import {
  batchOf,
  createTopic,
  deleteTopic,
  errorName,
  fetchOne,
  leaderEpochOf,
  newBroker,
  newBrokerAndClient,
  newClient,
  newDirectory,
  produce,
  roundTrip,
  sequencedBatch,
  type Topic,
} from './broker-testkit.ts'
import { HeldDisk } from './held-disk.ts'
import type { WireClient } from './wire-client.ts'

/** A broker whose topic `t` has one durable record, and from now on no sync of it ends by itself. */
async function heldBroker(world: BrokerWorld = {}) {
  const held = new HeldDisk('t-0')
  const logDir = newDirectory()
  const { broker, client } = await newBrokerAndClient({ logDir, flushMode: 'sync' }, { ...world, disk: held.disk })
  // The broker's own closing comes later, and syncs.
  onTestFinished(() => held.release())
  const topic = await createTopic(client, 't')
  await produce(client, topic, batchOf(['durable']))
  held.hold()
  return { held, logDir, broker, client, topic }
}

/** The offset, or the error. */
async function listOffset(client: WireClient, { name }: Topic, timestamp: number): Promise<number | string> {
  const topics = [{ name, partitions: [{ partitionIndex: 0, timestamp }] }]
  const answer = await client.call(ListOffsets, 7, { replicaId: -1, topics })
  const { errorCode, offset } = answer.topics[0]!.partitions[0]!
  return errorCode === 0 ? offset : errorName(errorCode)
}

it('acks=all is answered when the sync has ended, acks=1 before', async () => {
  const { held, broker, client, topic } = await heldBroker()
  let answered = false
  const all = produce(client, topic, batchOf(['all'])).finally(() => {
    answered = true
  })
  await held.begun
  expect(await produce(await newClient(broker), topic, batchOf(['one']), { acks: 1 })).toMatchObject({ error: 'NONE', baseOffset: 2 })
  expect(answered).toBe(false)
  held.release()
  expect(await all).toMatchObject({ error: 'NONE', baseOffset: 1 })
})

it('acks=1 behind acks=all on one connection is answered in order', async () => {
  const { held, client, topic } = await heldBroker()
  const answers = [produce(client, topic, batchOf(['all'])), produce(client, topic, batchOf(['one']), { acks: 1 })]
  await held.begun
  held.release()
  expect((await Promise.all(answers)).map(({ baseOffset }) => baseOffset)).toEqual([1, 2])
})

it('REQUEST_TIMED_OUT when the sync takes longer than the request allows; the records stand', async () => {
  const { held, client, topic } = await heldBroker()
  expect(await produce(client, topic, batchOf(['late']), { timeoutMs: 20 })).toMatchObject({ error: 'REQUEST_TIMED_OUT', baseOffset: -1 })
  held.release()
  expect(await produce(client, topic, batchOf(['next']))).toMatchObject({ error: 'NONE', baseOffset: 2 })
  expect((await fetchOne(client, topic)).values).toEqual(['durable', 'late', 'next'])
})

it('a repetition is answered once its first appearance is durable, under acks=1 too', async () => {
  const { held, client, topic } = await heldBroker()
  const batch = () => sequencedBatch(7, 0, ['once'])
  expect(await produce(client, topic, batch(), { acks: 1 })).toMatchObject({ error: 'NONE', baseOffset: 1 })
  expect(await produce(client, topic, batch(), { acks: 1, timeoutMs: 20 })).toMatchObject({ error: 'REQUEST_TIMED_OUT' })
  const again = produce(client, topic, batch(), { acks: 1 })
  held.release()
  expect(await again).toMatchObject({ error: 'NONE', baseOffset: 1 })
})

it('what is not durable cannot be read; who asks for the end waits for the sync under way', async () => {
  const { held, broker, client, topic } = await heldBroker()
  await produce(client, topic, batchOf(['later']), { acks: 1 })
  expect(await fetchOne(client, topic)).toMatchObject({ highWatermark: 1, values: ['durable'] })
  const end = fetchOne(client, topic, { fetchOffset: 1 }, { minBytes: 0 })
  const latest = listOffset(await newClient(broker), topic, -1)
  held.release()
  expect(await end).toMatchObject({ error: 'NONE', highWatermark: 2, values: ['later'] })
  expect(await latest).toBe(2)
})

it('a sync that hangs holds up its own partition alone', async () => {
  const { held, broker, client, topic } = await heldBroker()
  await produce(client, topic, batchOf(['waits']), { acks: 1 })
  await held.begun
  const other = await newClient(broker)
  const elsewhere = await createTopic(other, 'elsewhere')
  expect(await produce(other, elsewhere, batchOf(['a']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
  expect((await fetchOne(other, elsewhere)).values).toEqual(['a'])
})

it('who waits for the sync of a topic that is deleted is told so', async () => {
  const { held, broker, client, topic } = await heldBroker()
  const waiting = produce(client, topic, batchOf(['lost']))
  const reading = fetchOne(await newClient(broker), topic, { fetchOffset: 1 }, { maxWaitMs: 30_000 })
  await held.begun
  const looking = listOffset(await newClient(broker), topic, 0)
  await roundTrip(await newClient(broker))
  const deleted = deleteTopic(await newClient(broker), topic)
  expect(await waiting).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', baseOffset: -1 })
  expect((await reading).error).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  held.release()
  await deleted
  expect(await looking).toBe('UNKNOWN_TOPIC_OR_PARTITION')
})

it('a failed sync: KAFKA_STORAGE_ERROR for all it covered and all that comes; what was durable is served, and so are other partitions', async () => {
  // Time stands still, so that no wait ends by itself.
  const { held, broker, client, topic } = await heldBroker({ clock: new ManualClock(Date.now()) })
  const other = await newClient(broker)
  const doomed = [produce(client, topic, batchOf(['x'])), produce(client, topic, batchOf(['y']))]
  await held.begun
  // It waits for the sync under way, although it asks for no wait.
  const reading = fetchOne(other, topic, { fetchOffset: 1 })
  await roundTrip(await newClient(broker))
  held.release('fail')
  for (const answer of doomed) expect(await answer).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', baseOffset: -1 })
  expect(await reading).toMatchObject({ error: 'NONE', highWatermark: 1, values: [] })
  for (const acks of [1, -1]) expect(await produce(client, topic, batchOf(['z']), { acks })).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  expect(await fetchOne(client, topic)).toMatchObject({ error: 'NONE', highWatermark: 1, values: ['durable'] })
  expect(await listOffset(client, topic, -1)).toBe(1)
  const elsewhere = await createTopic(client, 'elsewhere')
  expect(await produce(client, elsewhere, batchOf(['a']))).toMatchObject({ error: 'NONE' })
})

it('after a failed sync the next start recovers what is there, under a new leader epoch, and takes appends again', async () => {
  const { held, logDir, broker, client, topic } = await heldBroker()
  const epoch = await leaderEpochOf(client, topic)
  const doomed = produce(client, topic, batchOf(['x']))
  await held.begun
  held.release('fail')
  await doomed
  await broker.close()
  const next = await newClient(await newBroker({ logDir, flushMode: 'sync' }))
  expect(await leaderEpochOf(next, topic)).toBe(epoch + 1)
  const { values, highWatermark } = await fetchOne(next, topic)
  expect(values[0]).toBe('durable')
  expect(await produce(next, topic, batchOf(['z']))).toMatchObject({ error: 'NONE', baseOffset: highWatermark })
})
