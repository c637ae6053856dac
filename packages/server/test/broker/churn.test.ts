import { seededRandom } from '@logan/common'
import {
  CreateTopics,
  codecs,
  DeleteRecords,
  DeleteTopics,
  type errorCodes,
  Fetch,
  ListOffsets,
  Metadata,
  OffsetForLeaderEpoch,
  Produce,
} from '@logan/protocol'
import { expect, it } from 'vitest'
import {
  batchOf,
  errorName,
  fetchRequest,
  newBrokerAndClient,
  newClient,
  newDirectory,
  produceRequest,
  type Topic,
} from './broker-testkit.ts'
import type { WireClient } from './wire-client.ts'

/** What may be told of a topic that comes and goes while it is used. */
const expectable: readonly (keyof typeof errorCodes)[] = [
  'NONE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'TOPIC_ALREADY_EXISTS',
  'OFFSET_OUT_OF_RANGE',
]

const names = ['a', 'b']
const noise = 'noise'.repeat(4000)

/** One client that does what comes to its mind, with topics that others create and delete. */
async function wander(client: WireClient, seed: number, steps: number): Promise<Set<string>> {
  const random = seededRandom(seed)
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random.fraction() * choices.length)]!
  const told = new Set<string>()
  const tell = (code: number) => void told.add(errorName(code))
  const ids = new Map<string, string>()
  const topicOf = (name: string): Topic => ({ name, id: ids.get(name) ?? 'AQIDBAUGBwgJCgsMDQ4PEA' })
  const one = (name: string, partition: object) => ({ topics: [{ name, partitions: [partition] }] })
  const actions = [
    async (name: string) => {
      const { topics } = await client.call(CreateTopics, 7, { topics: [{ name, numPartitions: 2, replicationFactor: 1 }] })
      tell(topics[0]!.errorCode)
    },
    async (name: string) => {
      const { topics } = await client.call(Metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
      tell(topics[0]!.errorCode)
      ids.set(name, topics[0]!.topicId)
    },
    async (name: string) => {
      const options = { partition: pick([0, 1]), acks: pick([1, -1]), timeoutMs: 10_000 }
      const batches = [batchOf(['small']), batchOf([noise], { codec: pick([codecs.gzip, codecs.zstd]) }), batchOf([noise])]
      const version = pick([12, 13])
      const sent = batches.map((records) => client.call(Produce, version, produceRequest(topicOf(name), records, options)))
      for (const { responses } of await Promise.all(sent)) tell(responses[0]!.partitionResponses[0]!.errorCode)
    },
    async (name: string) => {
      const wanted = names.map((other) => ({ topic: topicOf(other), partition: pick([0, 1]), fetchOffset: pick([0, 1, 5]) }))
      const { responses } = await client.call(Fetch, pick([12, 13]), fetchRequest([...wanted, { topic: topicOf(name) }], { maxWaitMs: 5 }))
      for (const { partitions } of responses) for (const { errorCode } of partitions) tell(errorCode)
    },
    async (name: string) => {
      const partition = { partitionIndex: pick([0, 1]), timestamp: pick([-1, -2, -3, 0, Date.now()]) }
      const { topics } = await client.call(ListOffsets, 8, { replicaId: -1, ...one(name, partition) })
      tell(topics[0]!.partitions[0]!.errorCode)
    },
    async (name: string) => {
      const partition = { partitionIndex: pick([0, 1]), offset: pick([-1, 0, 1]) }
      const { topics } = await client.call(DeleteRecords, 2, { ...one(name, partition), timeoutMs: 1000 })
      tell(topics[0]!.partitions[0]!.errorCode)
    },
    async (name: string) => {
      const asked = { topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 0 }] }] }
      const { topics } = await client.call(OffsetForLeaderEpoch, 4, asked)
      tell(topics[0]!.partitions[0]!.errorCode)
    },
    async (name: string) => {
      const { responses } = await client.call(DeleteTopics, 6, { topics: [{ name }], timeoutMs: 10_000 })
      tell(responses[0]!.errorCode)
    },
  ]
  for (let step = 0; step < steps; step++) await pick(actions)(pick(names))
  return told
}

it.each(['sync', 'os'] as const)(
  'topics that come and go under those who use them: every request is answered, flush.mode=%s',
  async (flushMode) => {
    const { broker } = await newBrokerAndClient({ logDir: newDirectory(), flushMode, set: { 'log.segment.delete.delay.ms': '0' } })
    const clients = await Promise.all(Array.from({ length: 6 }, () => newClient(broker)))
    const told = await Promise.all(clients.map((client, index) => wander(client, index + 1, 80)))
    const all = new Set(told.flatMap((names) => [...names]))
    expect([...all].filter((name) => !expectable.some((known) => known === name))).toEqual([])
    expect(all.size).toBeGreaterThan(3)
  },
)
