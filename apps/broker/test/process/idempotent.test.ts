import { setTimeout as sleep } from 'node:timers/promises'
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
const kills = 9
/** The broker dies when so many records are sent, each time a millisecond longer into a request: appended and not yet answered, some time. */
const killAt = Array.from({ length: kills }, (_, i) => ((i + 1) / (kills + 1)) * count)

test(
  `kafkajs, idempotent: ${count} records over ${kills} kills, each once and in its place`,
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
    const restart = async (delayMs: number) => {
      await sleep(delayMs)
      await broker.kill()
      broker = await start()
    }
    try {
      await producer.connect()
      for (let from = 0; from < count; from += batch) {
        const messages = Array.from({ length: batch }, (_, i) => ({ partition: (from + i) % partitions, value: text(from + i) }))
        const sending = producer.send({ topic: 'restarted', acks: -1, compression: CompressionTypes.None, messages })
        if (killAt[restarts.length] !== undefined && from >= killAt[restarts.length]!) restarts.push(restart(restarts.length))
        await sending
      }
      await producer.disconnect()
      await Promise.all(restarts)
      expect(restarts).toHaveLength(kills)
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
