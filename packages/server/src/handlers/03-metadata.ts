import { errorCodes, Metadata, nullUuid, type RequestOf, type ResponseInputOf } from '@logan/protocol'
import type { ClusterImage, TopicImage } from '../cluster/image.ts'
import { isInternalTopic } from '../cluster/topic-names.ts'
import { handler } from '../dispatch/handler.ts'
import type { BrokerServices, RequestContext } from '../dispatch/request-context.ts'
import { clusterOperations, notAsked, topicOperations } from './authorized-operations.ts'
import { createMissingTopics } from './create-missing-topics.ts'
import { missingTopicError } from './missing-topic.ts'

type Request = RequestOf<typeof Metadata>
type Response = ResponseInputOf<typeof Metadata>
type Topic = NonNullable<Response['topics']>[number]

/** Until then an empty list of topics means all of them; from then on null does. */
const nullMeansAllSince = 1
const topicIdsSince = 12

/**
 * Metadata v0-13: the broker, and topics with their partitions and leaders.
 * Kept: all, some or no topics by version; topic ids (v12, KIP-516); automatic creation where the client allows it (v4) and the broker
 * does, answered with the topic as it was made (Kafka answers with an error and lets the client come back); authorized operations
 * (v8, KIP-430) as without an authorizer.
 */
export const metadata = handler(Metadata, { versions: [0, 13] }, async (request, context) => {
  const { broker, connection, apiVersion } = context
  const topics = refusedTopics(request, context) ?? (await describe(request, context))
  return {
    brokers: [{ nodeId: broker.nodeId, ...connection.advertised, rack: broker.config.brokerRack }],
    clusterId: broker.clusterId,
    controllerId: broker.nodeId,
    topics,
    // The field is there in these versions alone.
    ...(apiVersion >= 8 && apiVersion <= 10 && request.includeClusterAuthorizedOperations
      ? { clusterAuthorizedOperations: clusterOperations }
      : {}),
  }
})

/** Before version 12 topics are asked for by name. Undefined: nothing is wrong. */
function refusedTopics({ topics }: Request, { apiVersion }: RequestContext): Topic[] | undefined {
  if (apiVersion >= topicIdsSince || topics === null) return undefined
  if (topics.every(({ name, topicId }) => name !== null && topicId === nullUuid)) return undefined
  return topics.map(({ name, topicId }) => ({ errorCode: errorCodes.INVALID_REQUEST, name: name ?? '', topicId, partitions: [] }))
}

async function describe(request: Request, { apiVersion, broker }: RequestContext): Promise<Topic[]> {
  const operations = request.includeTopicAuthorizedOperations ? topicOperations : notAsked
  const { topics } = request
  if (topics === null || (apiVersion < nullMeansAllSince && topics.length === 0))
    return [...broker.image().topicsByName.values()].map((topic) => found(topic, operations, broker))
  const ids = new Set(topics.map(({ topicId }) => topicId).filter((id) => id !== nullUuid))
  // As soon as one topic is asked for by id, names do not count.
  if (ids.size > 0) return [...ids].map((id) => byId(id, operations, broker))
  const names = new Set(topics.map(({ name }) => name ?? ''))
  if (request.allowAutoTopicCreation) await createMissingTopics(names, broker)
  const image = broker.image()
  return [...names].map((name) => byName(name, image, operations, broker))
}

function byId(topicId: string, operations: number, broker: BrokerServices): Topic {
  const topic = broker.image().topicsById.get(topicId)
  if (topic !== undefined) return found(topic, operations, broker)
  return { errorCode: errorCodes.UNKNOWN_TOPIC_ID, name: null, topicId, partitions: [] }
}

function byName(name: string, image: ClusterImage, operations: number, broker: BrokerServices): Topic {
  const topic = image.topicsByName.get(name)
  if (topic !== undefined) return found(topic, operations, broker)
  return {
    errorCode: errorCodes[missingTopicError(name)],
    name,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: operations,
  }
}

function found({ name, id, isInternal, partitions }: TopicImage, topicAuthorizedOperations: number, { nodeId }: BrokerServices): Topic {
  return {
    errorCode: errorCodes.NONE,
    name,
    topicId: id,
    isInternal,
    topicAuthorizedOperations,
    partitions: partitions.map(({ index, leaderEpoch }) => ({
      errorCode: errorCodes.NONE,
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      offlineReplicas: [],
    })),
  }
}
