import type { ErrorName } from '@logan/protocol'

/** What a fetch asks of one partition. `topicId` is the nil uuid for requests that name topics, `topic` is '' for those that do not. */
export interface FetchPartition {
  readonly topicId: string
  readonly topic: string
  readonly partition: number
  readonly fetchOffset: number
  readonly currentLeaderEpoch: number
  readonly lastFetchedEpoch: number
  readonly maxBytes: number
}

export type PartitionKey = string

export function partitionKey({ topicId, topic, partition }: Pick<FetchPartition, 'topicId' | 'topic' | 'partition'>): PartitionKey {
  return `${topicId}/${topic}/${partition}`
}

/** What the client was last told of a partition; a partition stands in the next answer only when this changes (KIP-227). */
interface Told {
  highWatermark: number
  logStartOffset: number
}

/** What an answer says of a partition, as far as a session looks at it. */
export interface PartitionNews {
  readonly error: ErrorName
  readonly hasRecords: boolean
  readonly diverging: boolean
  readonly highWatermark: number
  readonly logStartOffset: number
}

interface Member {
  request: FetchPartition
  told: Told | undefined
}

/** One incremental fetch session: the partitions a client follows and what it was told of them. */
export class FetchSession {
  readonly id: number
  readonly usesTopicIds: boolean
  readonly createdMs: number
  lastUsedMs: number
  /** The epoch that the next request must carry. */
  nextEpoch = 1
  readonly #members = new Map<PartitionKey, Member>()

  constructor(id: number, usesTopicIds: boolean, nowMs: number) {
    this.id = id
    this.usesTopicIds = usesTopicIds
    this.createdMs = nowMs
    this.lastUsedMs = nowMs
  }

  get size(): number {
    return this.#members.size
  }

  /** In the order in which they are to be served: what gave records last stands at the end, so that nobody starves. */
  partitions(): FetchPartition[] {
    return Array.from(this.#members.values(), ({ request }) => request)
  }

  update(requests: readonly FetchPartition[], forgotten: readonly PartitionKey[]): void {
    for (const request of requests) {
      const key = partitionKey(request)
      const member = this.#members.get(key)
      if (member === undefined) this.#members.set(key, { request, told: undefined })
      else member.request = request
    }
    for (const key of forgotten) this.#members.delete(key)
  }

  /** True when the answer must name this partition. Remembers what the client is told thereby. */
  tell(key: PartitionKey, news: PartitionNews): boolean {
    const member = this.#members.get(key)
    if (member === undefined) return true
    const { told } = member
    const changed = told === undefined || told.highWatermark !== news.highWatermark || told.logStartOffset !== news.logStartOffset
    // After an error the next answer names the partition again, whatever it says: Kafka forgets the high watermark for that.
    member.told = { highWatermark: news.error === 'NONE' ? news.highWatermark : Number.NaN, logStartOffset: news.logStartOffset }
    if (news.hasRecords) {
      this.#members.delete(key)
      this.#members.set(key, member)
    }
    return changed || news.hasRecords || news.diverging || news.error !== 'NONE'
  }

  advanceEpoch(): void {
    this.nextEpoch = this.nextEpoch === 0x7fffffff ? 1 : this.nextEpoch + 1
  }
}
