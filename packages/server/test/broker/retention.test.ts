import { ListOffsets } from '@logan/protocol'
import { expect, it } from 'vitest'
import { batchOf, createTopic, fetchAll, fetchOne, newBrokerAndClient, newClient, produce } from './broker-testkit.ts'

it('what retention lets go is out of range, at once for who waits there, and the log begins later', async () => {
  const set = { 'log.segment.bytes': '1048576', 'log.retention.check.interval.ms': '20' }
  const { broker, client } = await newBrokerAndClient({ set })
  const topic = await createTopic(client, 't', { configs: { 'retention.bytes': '1500000' } })
  const value = 'x'.repeat(600_000)
  for (const name of ['0', '1']) await produce(client, topic, batchOf([name, value]))
  const waiting = fetchAll(await newClient(broker), [{ topic, fetchOffset: 0 }], {
    maxWaitMs: 60_000,
    minBytes: 1 << 29,
    maxBytes: 1 << 30,
  })
  for (const name of ['2', '3', '4']) await produce(client, topic, batchOf([name, value]))
  expect((await waiting)[0]!.error).toBe('OFFSET_OUT_OF_RANGE')
  // Of five segments of 600,000 bytes each two can go.
  const earliest = async () => {
    const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp: -2 }] }]
    return (await client.call(ListOffsets, 6, { replicaId: -1, topics })).topics[0]!.partitions[0]!.offset
  }
  await expect.poll(earliest).toBe(4)
  expect(await fetchOne(client, topic, { fetchOffset: 4 })).toMatchObject({ error: 'NONE', logStartOffset: 4 })
  expect(await produce(client, topic, batchOf(['5']))).toMatchObject({ error: 'NONE', baseOffset: 10, logStartOffset: 4 })
})
