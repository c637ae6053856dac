import { DescribeTopicPartitions, errorCodes, type RequestOf, type ResponseInputOf } from '@logan/protocol'
import type { TopicImage } from '../cluster/image.ts'
import { isInternalTopic } from '../cluster/topic-names.ts'
import { handler } from '../dispatch/handler.ts'
import type { BrokerServices } from '../dispatch/request-context.ts'
import { topicOperations } from './authorized-operations.ts'
import { missingTopicError } from './missing-topic.ts'

type Request = RequestOf<typeof DescribeTopicPartitions>
type Response = ResponseInputOf<typeof DescribeTopicPartitions>
type Topic = NonNullable<Response['topics']>[number]

/**
 * DescribeTopicPartitions v0: topics by name in order, page by page (KIP-966). A page ends at the request's or the broker's limit
 * (max.request.partition.size.limit) and says where the next one begins.
 */
export const describeTopicPartitions = handler(DescribeTopicPartitions, { versions: [0, 0] }, (request, { broker }) => {
  const names = namesFrom(request, broker)
  if (names === undefined) return { topics: request.topics.map(({ name }) => ({ name, errorCode: errorCodes.INVALID_REQUEST })) }
  return page(names, request, broker)
})

/** The names from the cursor on, in order; undefined when the cursor is none. */
function namesFrom({ topics, cursor }: Request, broker: BrokerServices): string[] | undefined {
  const image = broker.image()
  const all = topics.length === 0 ? [...image.topicsByName.keys()] : [...new Set(topics.map(({ name }) => name))]
  const names = all.filter((name) => cursor === null || name >= cursor.topicName).sort(byCodeUnits)
  if (cursor === null) return names
  const isListed = topics.length === 0 || names.includes(cursor.topicName)
  return isListed && cursor.partitionIndex >= 0 ? names : undefined
}

function page(names: readonly string[], { topics: asked, responsePartitionLimit, cursor }: Request, broker: BrokerServices): Response {
  const image = broker.image()
  const topics: Topic[] = []
  let left = Math.max(1, Math.min(broker.config.maxRequestPartitionSizeLimit, responsePartitionLimit))
  for (const name of names) {
    if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } }
    const topic = image.topicsByName.get(name)
    if (topic === undefined) {
      if (asked.length > 0) topics.push(missing(name))
      continue
    }
    const from = name === cursor?.topicName ? cursor.partitionIndex : 0
    const end = Math.min(topic.partitions.length, from + left)
    topics.push(found(topic, from, end, broker))
    if (end < topic.partitions.length) return { topics, nextCursor: { topicName: name, partitionIndex: end } }
    left -= Math.max(0, end - from)
  }
  return { topics }
}

function missing(name: string): Topic {
  const errorCode = errorCodes[missingTopicError(name)]
  return { errorCode, name, isInternal: isInternalTopic(name), partitions: [], topicAuthorizedOperations: topicOperations }
}

function found({ name, id, isInternal, partitions }: TopicImage, from: number, end: number, { nodeId }: BrokerServices): Topic {
  return {
    errorCode: errorCodes.NONE,
    name,
    topicId: id,
    isInternal,
    topicAuthorizedOperations: topicOperations,
    partitions: partitions.slice(from, end).map(({ index, leaderEpoch }) => ({
      errorCode: errorCodes.NONE,
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    })),
  }
}

/** Java's order of strings. */
function byCodeUnits(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
