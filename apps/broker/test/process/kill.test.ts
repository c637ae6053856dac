import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type BrokerProcess, freePort, startBrokerProcess, temporaryDirectory } from '../../../../tests/harness/broker-process.ts'
import { type ReadRecord, readPartition } from '../clients/read-partition.ts'
import { withAdmin, withProducer } from './kafkajs.ts'

/*
 * kill -9 at any moment while clients write. What must hold afterwards, round after round on one directory:
 * - an acknowledged record is at the offset that was told, with its value;
 * - offsets are dense, and nothing is there twice (nobody sent anything twice);
 * - a topic whose creation was acknowledged is there with all its partitions, one whose deletion was is not, and none is there in part;
 * - the leader epoch is higher after each unclean start.
 */
const partitions = 3
const rounds = process.env.LOGAN_FULL === '1' ? 12 : 4

interface Acknowledged {
  readonly partition: number
  readonly offset: number
  readonly values: readonly string[]
}

class Work {
  readonly records: Acknowledged[] = []
  /** Created, and no deletion was asked for. */
  readonly topics = new Set<string>()
  readonly deleted: string[] = []

  /** Goes on until the broker is gone, which is how each of these loops ends. */
  async load(bootstrap: string, round: number): Promise<void> {
    const producing = [0, 1, 2, 3].map((worker) => this.#produce(bootstrap, `${round}/${worker}`))
    await Promise.allSettled([...producing, this.#createTopics(bootstrap, round)])
  }

  #produce(bootstrap: string, name: string): Promise<never> {
    return withProducer(bootstrap, async (producer) => {
      for (let batch = 0; ; batch++) {
        const values = Array.from({ length: 1 + (batch % 20) }, (_, i) => `${name}/${batch}/${i} ${'.'.repeat((batch * 37) % 500)}`)
        const partition = batch % partitions
        const [told] = await producer.send({ topic: 'load', acks: -1, messages: values.map((value) => ({ partition, value })) })
        this.records.push({ partition, offset: Number(told!.baseOffset), values })
      }
    })
  }

  #createTopics(bootstrap: string, round: number): Promise<never> {
    return withAdmin(bootstrap, async (admin) => {
      for (let i = 0; ; i++) {
        const topic = `made-${round}-${i}`
        await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: false })
        this.topics.add(topic)
        if (i % 3 !== 0) continue
        this.topics.delete(topic) // from here on either is right, until the answer comes
        await admin.deleteTopics({ topics: [topic] })
        this.deleted.push(topic)
      }
    })
  }
}

test(
  `nothing acknowledged is lost over ${rounds} kills at random moments`,
  async () => {
    using directory = temporaryDirectory()
    const port = await freePort()
    const start = () => startBrokerProcess({ directory: directory.path, port, topics: { load: partitions } })
    const work = new Work()
    const epochs: number[][] = []
    let broker = await start()
    try {
      for (let round = 0; round < rounds; round++) {
        const delayMs = Math.round(Math.random() * 400)
        const load = work.load(broker.bootstrap, round)
        await expect.poll(() => work.records.length, { timeout: 10_000 }).toBeGreaterThan(round * 10)
        await sleep(delayMs)
        await broker.kill()
        await load
        broker = await start()
        await expectKept(broker, work, `after kill ${round + 1}, ${delayMs} ms into the load`)
        epochs.push(await leaderEpochs(broker))
      }
    } finally {
      await broker.kill()
    }
    for (let partition = 0; partition < partitions; partition++) {
      const raised = epochs.map((each) => each[partition]!)
      expect(raised, `leader epochs of partition ${partition} go up`).toEqual([...new Set(raised)].sort((a, b) => a - b))
    }
  },
  30_000 + rounds * 10_000,
)

async function expectKept({ bootstrap }: BrokerProcess, work: Work, when: string): Promise<void> {
  const kept: ReadRecord[][] = []
  for (let partition = 0; partition < partitions; partition++) kept.push(await readPartition(bootstrap, 'load', { partition }))
  const lost = work.records.filter(({ partition, offset, values }) =>
    values.some((value, i) => kept[partition]![offset + i]?.value !== value),
  )
  expect(lost, `acknowledged and lost ${when}`).toEqual([])
  for (const records of kept) expect(new Set(records.map(({ value }) => value)).size, `no value twice ${when}`).toBe(records.length)

  const { topics } = await withAdmin(bootstrap, (admin) => admin.fetchTopicMetadata())
  const counts = new Map(topics.map(({ name, partitions: each }) => [name, each.length]))
  const made = [...counts].filter(([name]) => name.startsWith('made-'))
  expect(
    [...work.topics].filter((topic) => !counts.has(topic)),
    `topics acknowledged and lost ${when}`,
  ).toEqual([])
  expect(
    work.deleted.filter((topic) => counts.has(topic)),
    `topics deleted and there again ${when}`,
  ).toEqual([])
  expect(
    made.filter(([, count]) => count !== 4),
    `topics made in part ${when}`,
  ).toEqual([])
}

/** The epoch in which each partition takes records now, told by a record written for it. */
async function leaderEpochs({ bootstrap }: BrokerProcess): Promise<number[]> {
  const epochs: number[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const [told] = await withProducer(bootstrap, (producer) =>
      producer.send({ topic: 'load', messages: [{ partition, value: `epoch? ${Math.random()}` }] }),
    )
    const [record] = await readPartition(bootstrap, 'load', { partition, from: Number(told!.baseOffset) })
    epochs.push(record!.leaderEpoch)
  }
  return epochs
}
