import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import { type BrokerProcess, freePort, startBrokerProcess, temporaryDirectory } from '../../../../tests/harness/broker-process.ts'
import { readPartition } from '../clients/read-partition.ts'

/*
 * An idempotent producer while the broker is killed and comes back on the same port, without anything but npm packages. Record i belongs
 * to partition i % 6 at offset i / 6, so the place of each says that nothing is lost, doubled or out of order.
 */
const count = process.env.LOGAN_FULL === '1' ? 300_000 : 30_000
const partitions = 6
const batch = 600
const killAt = [0.2, 0.5, 0.8].map((share) => share * count)

test(
  `kafkajs, idempotent: ${count} records over ${killAt.length} kills, each once and in its place`,
  async () => {
    using directory = temporaryDirectory()
    const port = await freePort()
    const start = () => startBrokerProcess({ directory: directory.path, port, topics: { restarted: partitions } })
    let broker: BrokerProcess = await start()
    const kafka = new Kafka({
      brokers: [broker.bootstrap],
      logLevel: logLevel.NOTHING,
      retry: { retries: 50, initialRetryTime: 20, maxRetryTime: 200 },
    })
    const producer = kafka.producer({ idempotent: true, retry: { retries: 50, initialRetryTime: 20, maxRetryTime: 200 } })
    const restarts: Promise<void>[] = []
    const restart = async () => {
      await broker.kill()
      broker = await start()
    }
    try {
      await producer.connect()
      for (let from = 0; from < count; from += batch) {
        const messages = Array.from({ length: batch }, (_, i) => ({ partition: (from + i) % partitions, value: text(from + i) }))
        const sending = producer.send({ topic: 'restarted', acks: -1, compression: CompressionTypes.None, messages })
        // While the request is under way, so that it may be appended and its answer lost.
        if (killAt[restarts.length] !== undefined && from >= killAt[restarts.length]!) restarts.push(restart())
        await sending
      }
      await producer.disconnect()
      await Promise.all(restarts)
      expect(restarts).toHaveLength(killAt.length)
      for (let partition = 0; partition < partitions; partition++) {
        const values = (await readPartition(broker.bootstrap, 'restarted', { partition })).map(({ value }) => value)
        expect(values).toEqual(Array.from({ length: count / partitions }, (_, offset) => text(offset * partitions + partition)))
      }
    } finally {
      await Promise.allSettled(restarts)
      await broker.kill()
    }
  },
  60_000 + count,
)

const text = (i: number) => `${i}`.padEnd(100)
