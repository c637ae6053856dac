import { Producer } from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { startBrokerProcess, temporaryDirectory } from '../../../../tests/harness/broker-process.ts'
import { readPartition } from '../clients/read-partition.ts'
import { withProducer } from './kafkajs.ts'

const value = (i: number) => `record ${i}`
const send = (bootstrap: string, from: number, count: number) =>
  withProducer(bootstrap, (producer) =>
    producer.send({ topic: 'kept', messages: Array.from({ length: count }, (_, i) => ({ value: value(from + i) })) }),
  )

test('SIGTERM under load: every request is answered or the connection ends, and what was acknowledged is there at the next start', async () => {
  using directory = temporaryDirectory()
  const acknowledged: { offset: number; value: string }[] = []
  {
    await using broker = await startBrokerProcess({ directory: directory.path, topics: { kept: 1 } })
    const producing = [0, 1, 2, 3].map((worker) =>
      withProducer(broker.bootstrap, async (producer) => {
        for (let i = 0; ; i++) {
          const [told] = await producer.send({ topic: 'kept', messages: [{ value: `${worker}/${i}` }] })
          acknowledged.push({ offset: Number(told!.baseOffset), value: `${worker}/${i}` })
        }
      }),
    )
    const load = Promise.allSettled(producing)
    await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(50)
    expect(await broker.stop()).toBe(0)
    await load
  }
  await using again = await startBrokerProcess({ directory: directory.path })
  const records = await readPartition(again.bootstrap, 'kept')
  expect(acknowledged.filter((each) => records[each.offset]?.value !== each.value)).toEqual([])
})

test('after a clean stop records and offsets go on, in the same leader epoch, and the producer ids given before are not given again', async () => {
  using directory = temporaryDirectory()
  const producerIds: bigint[] = []
  for (let run = 0; run < 3; run++) {
    await using broker = await startBrokerProcess({ directory: directory.path, topics: { kept: 1 } })
    await send(broker.bootstrap, run * 10, 10)
    const records = await readPartition(broker.bootstrap, 'kept')
    expect(records.map((record) => record.value)).toEqual(Array.from({ length: (run + 1) * 10 }, (_, i) => value(i)))
    expect(new Set(records.map(({ leaderEpoch }) => leaderEpoch)).size).toBe(1)
    producerIds.push(await idempotentProducerId(broker.bootstrap))
    expect(await broker.stop()).toBe(0)
  }
  expect(new Set(producerIds).size).toBe(3)
})

async function idempotentProducerId(bootstrap: string): Promise<bigint> {
  const producer = new Producer({ clientId: 'ids', bootstrapBrokers: [bootstrap], idempotent: true })
  try {
    return (await producer.initIdempotentProducer({})).producerId
  } finally {
    await producer.close()
  }
}
