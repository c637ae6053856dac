import { errorCodes, ListOffsets, type RequestOf } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import type { RequestContext } from '../dispatch/request-context.ts'
import { unknownOffset } from '../partition/partition.ts'
import type { ListOffsetAnswer, OffsetQuery } from '../shard/commands.ts'
import { resolveTopic } from './resolve-topic.ts'

type Topic = RequestOf<typeof ListOffsets>['topics'][number]
type Partition = Topic['partitions'][number]

const leaderEpochSince = 4

/**
 * ListOffsets v1-11: offsets by timestamp, to the record, and the special ones.
 * Kept: earliest, latest, isolation (v2), leader epochs (v4), max timestamp (v7, KIP-734), earliest local (v8).
 * Without tiered storage the latest tiered (v9, KIP-1005) and earliest pending upload (v11) offsets are -1, as in Kafka.
 * Left out: v0, which lists segments and belongs to the older formats.
 */
export const listOffsets = handler(ListOffsets, { versions: [1, 11] }, async (request, context) => {
  const { apiVersion } = context
  const isolation = request.isolationLevel === 1 ? 'committed' : 'uncommitted'
  const seen = new Set<string>()
  const duplicates = new Set<string>()
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}-${partitionIndex}`
      if (seen.has(key)) duplicates.add(key)
      seen.add(key)
    }
  }
  const look = (topic: Topic, partition: Partition): Promise<ListOffsetAnswer> | ListOffsetAnswer =>
    duplicates.has(`${topic.name}-${partition.partitionIndex}`)
      ? unknownOffset('INVALID_REQUEST')
      : listOffset(topic, partition, isolation, context)
  const topics = await Promise.all(
    request.topics.map(async (topic) => ({
      name: topic.name,
      partitions: await Promise.all(
        topic.partitions.map(async (partition) => {
          const { error, offset, timestampMs, leaderEpoch } = await look(topic, partition)
          return {
            partitionIndex: partition.partitionIndex,
            errorCode: errorCodes[error],
            offset,
            timestamp: timestampMs,
            ...(apiVersion >= leaderEpochSince ? { leaderEpoch } : {}),
          }
        }),
      ),
    })),
  )
  return { throttleTimeMs: 0, topics }
})

/** The version that brought each special timestamp, and what it asks; `none`: only tiered storage has an answer. */
const specials = new Map<number, { readonly since: number; readonly query: OffsetQuery | 'none' }>([
  [-1, { since: 1, query: 'latest' }],
  [-2, { since: 1, query: 'earliest' }],
  [-3, { since: 7, query: 'maxTimestamp' }],
  [-4, { since: 8, query: 'earliest' }],
  [-5, { since: 9, query: 'none' }],
  [-6, { since: 11, query: 'none' }],
])

function listOffset(
  { name }: Topic,
  { partitionIndex: partition, timestamp, currentLeaderEpoch }: Partition,
  isolation: 'committed' | 'uncommitted',
  { apiVersion, broker }: RequestContext,
): Promise<ListOffsetAnswer> | ListOffsetAnswer {
  const { error, found } = resolveTopic(broker.image(), { name, topicId: '' }, false)
  if (found === undefined) return unknownOffset(error)
  let query: OffsetQuery | 'none' = { timestampMs: timestamp }
  if (timestamp < 0) {
    const special = specials.get(timestamp)
    if (special === undefined || apiVersion < special.since) return unknownOffset('UNSUPPORTED_VERSION')
    query = special.query
  }
  if (query === 'none') return unknownOffset('NONE')
  return broker.shards.toOwner({ kind: 'listOffset', topicId: found.id, partition, query, currentLeaderEpoch, isolation })
}
