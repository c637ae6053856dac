import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ApiVersions,
  allRecords,
  type BatchInput,
  buildBatch,
  CreateTopics,
  DeleteTopics,
  errorByCode,
  Fetch,
  Metadata,
  Produce,
  type RequestInputOf,
  type ResponseOf,
} from '@logan/protocol'
import { onTestFinished } from 'vitest'
import { type Broker, type BrokerOptionsInput, type BrokerWorld, startBroker } from '../../src/index.ts'
import { WireClient } from './wire-client.ts'

/** A broker that goes with the test. In a temporary directory unless told otherwise. */
export async function newBroker(options: Partial<BrokerOptionsInput> = {}, world: BrokerWorld = {}): Promise<Broker> {
  const broker = await startBroker({ bind: '127.0.0.1:0', logDir: 'temporary', shards: 0, logLevel: 'silent', ...options }, world)
  onTestFinished(() => broker.close())
  return broker
}

/** A client that goes with the test. */
export async function newClient(broker: Broker): Promise<WireClient> {
  const client = await WireClient.connect(broker.port)
  onTestFinished(() => client.close())
  return client
}

export async function newBrokerAndClient(
  options: Partial<BrokerOptionsInput> = {},
  world: BrokerWorld = {},
): Promise<{ broker: Broker; client: WireClient }> {
  const broker = await newBroker(options, world)
  return { broker, client: await newClient(broker) }
}

/** A directory that goes with the test. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'logan-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The directory as `kill -9` would leave it at this moment; the broker goes on in its own. */
export function killed(logDir: string): string {
  const copy = newDirectory()
  cpSync(logDir, copy, { recursive: true })
  return copy
}

export function errorName(code: number): string {
  return errorByCode(code).name
}

export interface Topic {
  readonly name: string
  readonly id: string
}

export interface NewTopic {
  readonly partitions?: number
  readonly configs?: Readonly<Record<string, string>>
}

export async function createTopic(client: WireClient, name = 't', { partitions = 1, configs = {} }: NewTopic = {}): Promise<Topic> {
  const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
  const wanted = { name, numPartitions: partitions, replicationFactor: 1, configs: entries }
  const { topics } = await client.call(CreateTopics, 7, { topics: [wanted] })
  const { errorCode, errorMessage, topicId } = topics[0]!
  if (errorCode !== 0) throw new Error(`${errorName(errorCode)}: ${errorMessage}`)
  return { name, id: topicId }
}

export async function deleteTopic(client: WireClient, { name }: Topic): Promise<void> {
  const { responses } = await client.call(DeleteTopics, 6, { topics: [{ name }], timeoutMs: 1000 })
  if (responses[0]!.errorCode !== 0) throw new Error(errorName(responses[0]!.errorCode))
}

export async function leaderEpochOf(client: WireClient, { name }: Topic): Promise<number> {
  const { topics } = await client.call(Metadata, 12, { topics: [{ name }] })
  return topics[0]!.partitions[0]!.leaderEpoch
}

/** A batch with a record for each value. */
export function batchOf(values: readonly string[], rest: Omit<BatchInput, 'records'> & { timestamp?: number } = {}): Buffer {
  const { timestamp = Date.now(), ...input } = rest
  return buildBatch({ ...input, records: values.map((value) => ({ value: Buffer.from(value), timestamp })) })
}

/** The same from an idempotent producer. */
export function sequencedBatch(producerId: number, baseSequence: number, values: readonly string[], producerEpoch = 0): Buffer {
  return batchOf(values, { producerId, producerEpoch, baseSequence })
}

/** Once it resolves, what other connections sent before has been taken. */
export async function roundTrip(client: WireClient): Promise<void> {
  await client.call(ApiVersions, 0, {})
}

export interface ProduceOptions {
  readonly partition?: number
  readonly acks?: number
  readonly timeoutMs?: number
  readonly version?: number
}

export function produceRequest(topic: Topic, records: Buffer | null, options: ProduceOptions = {}): RequestInputOf<typeof Produce> {
  const { partition: index = 0, acks = -1, timeoutMs = 10_000 } = options
  return { acks, timeoutMs, topicData: [{ name: topic.name, topicId: topic.id, partitionData: [{ index, records }] }] }
}

type Produced = ResponseOf<typeof Produce>['responses'][number]['partitionResponses'][number]

/** Produces to one partition. The error has its name. */
export async function produce(
  client: WireClient,
  topic: Topic,
  records: Buffer | null,
  options: ProduceOptions = {},
): Promise<Produced & { readonly error: string }> {
  const { responses } = await client.call(Produce, options.version ?? 13, produceRequest(topic, records, options))
  const produced = responses[0]!.partitionResponses[0]!
  return { ...produced, error: errorName(produced.errorCode) }
}

export type FetchInput = Partial<Omit<RequestInputOf<typeof Fetch>, 'topics'>> & { readonly version?: number }
type WantedPartition = NonNullable<NonNullable<RequestInputOf<typeof Fetch>['topics']>[number]['partitions']>[number]
export type Wanted = { readonly topic: Topic } & Partial<WantedPartition>

/** Sessionless and without a wait unless told otherwise. */
export function fetchRequest(wanted: readonly Wanted[], input: FetchInput = {}): RequestInputOf<typeof Fetch> {
  const { version: _, ...rest } = input
  const topics = wanted.map(({ topic, ...partition }) => ({
    topic: topic.name,
    topicId: topic.id,
    partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20, ...partition }],
  }))
  return { maxWaitMs: 0, minBytes: 1, ...rest, topics }
}

type FetchedPartition = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]
export type Fetched = FetchedPartition & { readonly error: string; readonly values: string[] }

/** Every partition of a fetch's answer, in order. */
export async function fetchAll(client: WireClient, wanted: readonly Wanted[], input: FetchInput = {}): Promise<Fetched[]> {
  const { errorCode, responses } = await client.call(Fetch, input.version ?? 17, fetchRequest(wanted, input))
  if (errorCode !== 0) throw new Error(errorName(errorCode))
  return responses.flatMap(({ partitions }) => partitions.map(readable))
}

export async function fetchOne(
  client: WireClient,
  topic: Topic,
  partition: Partial<WantedPartition> = {},
  input: FetchInput = {},
): Promise<Fetched> {
  const [fetched] = await fetchAll(client, [{ topic, ...partition }], input)
  return fetched!
}

export function readable(partition: FetchedPartition): Fetched {
  return { ...partition, error: errorName(partition.errorCode), values: valuesIn(partition.records) }
}

export function valuesIn(records: Uint8Array | null): string[] {
  return [...allRecords(records ?? Buffer.alloc(0))].map(({ value }) => String(value))
}
