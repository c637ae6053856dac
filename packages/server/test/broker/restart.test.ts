import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InitProducerId, Metadata, OffsetForLeaderEpoch, splitBatches } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import type { Broker } from '../../src/index.ts'
import {
  batchOf,
  createTopic,
  deleteTopic,
  fetchOne,
  killed,
  leaderEpochOf,
  newBroker,
  newBrokerAndClient,
  newDirectory,
  produce,
  sequencedBatch,
  type Topic,
} from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

const firstLog = '00000000000000000000.log'

/** Ends a broker one way or the other and starts the next over what it left. */
interface Ending {
  readonly how: string
  /** @returns the directory that is left */
  readonly end: (broker: Broker) => Promise<string>
  /** By how much leader epochs rise. */
  readonly raise: number
  readonly flushMode: 'sync' | 'os'
}

const stop = async (broker: Broker): Promise<string> => {
  await broker.close()
  return broker.logDir
}
const kill = (broker: Broker): Promise<string> => Promise.resolve(killed(broker.logDir))
const endings: readonly Ending[] = [
  { how: 'a clean stop', end: stop, raise: 0, flushMode: 'sync' },
  { how: 'a kill', end: kill, raise: 1, flushMode: 'sync' },
  { how: 'a kill under flush.mode=os', end: kill, raise: 1, flushMode: 'os' },
]

const start = (logDir = newDirectory(), flushMode: 'sync' | 'os' = 'sync') => newBrokerAndClient({ logDir, flushMode })
const newProducerId = async (client: WireClient) =>
  (await client.call(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 })).producerId

/** What everybody says the leader epoch of a topic is. */
async function epochsOf(client: WireClient, topic: Topic, logDir: string) {
  const epoch = await leaderEpochOf(client, topic)
  const { records } = await fetchOne(client, topic)
  const { topics } = await client.call(OffsetForLeaderEpoch, 4, {
    topics: [{ topic: topic.name, partitions: [{ partition: 0, leaderEpoch: epoch }] }],
  })
  const file = join(logDir, `${topic.name}-0`, 'leader-epoch-checkpoint')
  const checkpoint = existsSync(file) ? readFileSync(file, 'utf8') : 'none'
  return {
    metadata: epoch,
    newestBatch: [...splitBatches(records!)].at(-1)!.partitionLeaderEpoch,
    offsetForLeaderEpoch: topics[0]!.partitions[0]!.leaderEpoch,
    checkpoint: Number(checkpoint.trimEnd().split('\n').at(-1)!.split(' ')[0]),
  }
}

describe.each(endings)('after $how', ({ end, raise, flushMode }) => {
  const startHere = (logDir?: string) => start(logDir, flushMode)

  it('records, topic ids, configs and the identity of the cluster are there', async () => {
    const { broker, client } = await startHere()
    const topic = await createTopic(client, 'kept', { partitions: 2, configs: { 'max.message.bytes': '500' } })
    await produce(client, topic, batchOf(['a', 'b']), { partition: 1 })
    await produce(client, topic, batchOf(['c']), { partition: 1 })
    const next = await startHere(await end(broker))
    expect(next.broker.clusterId).toBe(broker.clusterId)
    const { topics } = await next.client.call(Metadata, 12, { topics: null })
    expect(topics.map(({ name, topicId, partitions }) => [name, topicId, partitions.length])).toEqual([['kept', topic.id, 2]])
    expect((await fetchOne(next.client, topic, { partition: 1 })).values).toEqual(['a', 'b', 'c'])
    const tooLarge = await produce(next.client, topic, batchOf(['x'.repeat(600)]))
    expect(tooLarge.error).toBe('MESSAGE_TOO_LARGE')
    expect(await produce(next.client, topic, batchOf(['d']), { partition: 1 })).toMatchObject({ error: 'NONE', baseOffset: 3 })
  })

  it(`the leader epoch has risen by ${raise}, and everybody says the same`, async () => {
    const { broker, client } = await startHere()
    const topic = await createTopic(client)
    await produce(client, topic, batchOf(['a']))
    let logDir = await end(broker)
    for (const times of [1, 2]) {
      const next = await startHere(logDir)
      await produce(next.client, topic, batchOf(['b']))
      const epoch = raise * times
      // Under flush.mode=os the file comes with the next sync.
      const checkpoint = flushMode === 'sync' ? epoch : expect.anything()
      const expected = { metadata: epoch, newestBatch: epoch, offsetForLeaderEpoch: epoch, checkpoint }
      expect(await epochsOf(next.client, topic, next.broker.logDir)).toEqual(expected)
      logDir = await end(next.broker)
    }
  })

  it('a producer goes on where it was: its last batch is known, gaps are refused', async () => {
    const { broker, client } = await startHere()
    const topic = await createTopic(client)
    const id = await newProducerId(client)
    for (let sequence = 0; sequence < 7; sequence++) await produce(client, topic, sequencedBatch(id, sequence, [`${sequence}`]))
    const next = await startHere(await end(broker))
    const send = (sequence: number) => produce(next.client, topic, sequencedBatch(id, sequence, [`${sequence}`]))
    expect(await send(6)).toMatchObject({ error: 'NONE', baseOffset: 6 })
    expect((await send(8)).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(await send(7)).toMatchObject({ error: 'NONE', baseOffset: 7 })
  })

  it('a producer id that was given is not given again', async () => {
    const { broker, client } = await startHere()
    const before = [await newProducerId(client), await newProducerId(client)]
    const next = await startHere(await end(broker))
    const after = await newProducerId(next.client)
    expect(before).not.toContain(after)
  })

  it('a topic that took the name of another has its own records alone', async () => {
    const first = await startHere()
    const old = await createTopic(first.client)
    for (let index = 0; index < 20; index++) await produce(first.client, old, batchOf(['old', 'older']))
    // A clean stop writes down how far the old log had come.
    await first.broker.close()
    const second = await startHere(first.broker.logDir)
    await deleteTopic(second.client, old)
    const topic = await createTopic(second.client)
    await produce(second.client, topic, batchOf(['new']))
    const third = await startHere(await end(second.broker))
    expect(await fetchOne(third.client, topic)).toMatchObject({ error: 'NONE', logStartOffset: 0, highWatermark: 1, values: ['new'] })
    expect((await fetchOne(third.client, old)).error).toBe('UNKNOWN_TOPIC_ID')
    expect(await leaderEpochOf(third.client, topic)).toBe(raise)
    expect(await produce(third.client, topic, batchOf(['newer']))).toMatchObject({ error: 'NONE', baseOffset: 1 })
  })

  it('a deleted topic stays deleted, and its name is free', async () => {
    const { broker, client } = await startHere()
    const topic = await createTopic(client)
    await produce(client, topic, batchOf(['old']))
    await deleteTopic(client, topic)
    const next = await startHere(await end(broker))
    const { topics } = await next.client.call(Metadata, 12, { topics: null })
    expect(topics).toEqual([])
    const again = await createTopic(next.client)
    expect(await fetchOne(next.client, again)).toMatchObject({ highWatermark: 0, values: [] })
  })

  it('what is no partition stays where it is', async () => {
    const { broker } = await startHere()
    const logDir = await end(broker)
    mkdirSync(join(logDir, 'lost+found'))
    writeFileSync(join(logDir, 'notes.txt'), 'mine')
    await (await newBroker({ logDir, flushMode })).close()
    expect(readdirSync(logDir)).toEqual(expect.arrayContaining(['lost+found', 'notes.txt']))
  })
})

describe('a torn tail', () => {
  async function torn(tear: (file: string, sizeBefore: number) => void) {
    const { broker, client } = await start()
    const topic = await createTopic(client)
    await produce(client, topic, batchOf(['a', 'b']))
    const sizeBefore = statSync(join(broker.logDir, 't-0', firstLog)).size
    await produce(client, topic, batchOf(['c']), { acks: 1 })
    const logDir = killed(broker.logDir)
    tear(join(logDir, 't-0', firstLog), sizeBefore)
    const next = await start(logDir)
    return { client: next.client, topic }
  }

  it.each<[string, (file: string, sizeBefore: number) => void]>([
    ['half a batch', (file, sizeBefore) => truncateSync(file, sizeBefore + 30)],
    ['a batch cut in its records', (file) => truncateSync(file, statSync(file).size - 1)],
    [
      'a batch that never reached the disk',
      (file, sizeBefore) => {
        const size = statSync(file).size
        truncateSync(file, sizeBefore)
        truncateSync(file, size)
      },
    ],
  ])('is cut: %s', async (_, tear) => {
    const { client, topic } = await torn(tear)
    expect(await fetchOne(client, topic)).toMatchObject({ error: 'NONE', highWatermark: 2, values: ['a', 'b'] })
    expect(await produce(client, topic, batchOf(['d']))).toMatchObject({ error: 'NONE', baseOffset: 2 })
    expect((await fetchOne(client, topic)).values).toEqual(['a', 'b', 'd'])
  })

  it('is cut: bytes that are no batch', async () => {
    const { client, topic } = await torn((file) => appendFileSync(file, Buffer.alloc(100, 7)))
    expect((await fetchOne(client, topic)).values).toEqual(['a', 'b', 'c'])
    expect(await produce(client, topic, batchOf(['d']))).toMatchObject({ error: 'NONE', baseOffset: 3 })
  })
})

it('killed at any moment of a load, nothing acknowledged is missing, and who sends the rest again has all once and in order', async () => {
  const { broker, client } = await start()
  const topic = await createTopic(client, 'load', { partitions: 2 })
  const id = await newProducerId(client)
  const count = 60
  const acknowledged: number[][] = [[], []]
  const send = (to: WireClient, partition: number, sequence: number) =>
    produce(to, topic, sequencedBatch(id, sequence, [`${partition}/${sequence}`]), { partition })
  const wave = async (from: number) => {
    const answers = [0, 1].flatMap((partition) =>
      [0, 1, 2, 3, 4].map(async (ahead) => {
        const { error } = await send(client, partition, from + ahead)
        if (error === 'NONE') acknowledged[partition]!.push(from + ahead)
      }),
    )
    await Promise.all(answers)
  }
  const kills: { logDir: string; acknowledged: number[] }[] = []
  const note = () => kills.push({ logDir: killed(broker.logDir), acknowledged: acknowledged.map((sequences) => sequences.length) })
  for (let from = 0; from < count; from += 5) {
    const sent = wave(from)
    // At different depths of the work under way.
    for (let turns = from / 5; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
    if (from % 15 === 0) note()
    await sent
  }
  for (const { logDir, acknowledged: before } of kills) {
    const next = await start(logDir)
    for (const partition of [0, 1]) {
      const { values } = await fetchOne(next.client, topic, { partition })
      expect(values.length).toBeGreaterThanOrEqual(before[partition]!)
      const rest = Array.from({ length: count - before[partition]! }, (_, index) => before[partition]! + index)
      const answers = await Promise.all(rest.map((sequence) => send(next.client, partition, sequence)))
      expect(answers.map(({ baseOffset }) => baseOffset)).toEqual(rest)
      const after = await fetchOne(next.client, topic, { partition })
      expect(after.values).toEqual(Array.from({ length: count }, (_, sequence) => `${partition}/${sequence}`))
    }
    await next.broker.close()
  }
})

it('stopped in the middle of a load: what was acknowledged is there, in order, and nothing is recovered', async () => {
  const { broker, client } = await start()
  const topic = await createTopic(client)
  const acknowledged: string[] = []
  const sending = Promise.allSettled(
    Array.from({ length: 60 }, async (_, index) => {
      const { error } = await produce(client, topic, batchOf([`${index}`]), { acks: index % 2 === 0 ? -1 : 1 })
      if (error === 'NONE') acknowledged.push(`${index}`)
    }),
  )
  await expect.poll(() => acknowledged.length, { interval: 1 }).toBeGreaterThan(0)
  await broker.close()
  await sending
  const next = await start(broker.logDir)
  const { values } = await fetchOne(next.client, topic)
  expect(values.slice(0, acknowledged.length)).toEqual(acknowledged)
  expect(values).toEqual(values.map((_, index) => `${index}`))
  expect(await leaderEpochOf(next.client, topic)).toBe(0)
})
