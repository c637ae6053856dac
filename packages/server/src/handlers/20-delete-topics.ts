import { DeleteTopics, errorCodes, nullUuid, type RequestOf, type ResponseInputOf } from '@logan/protocol'
import { ChangeFailed } from '../cluster/change-failed.ts'
import type { TopicToDelete } from '../cluster/delete-topics.ts'
import type { TopicImage } from '../cluster/image.ts'
import { fault, type Outcome } from '../cluster/plan.ts'
import { handler } from '../dispatch/handler.ts'
import type { RequestContext } from '../dispatch/request-context.ts'

type Result = NonNullable<ResponseInputOf<typeof DeleteTopics>['responses']>[number]

const topicIdsSince = 6
/** TOPIC_DELETION_DISABLED means something from here on. */
const deletionDisabledSince = 3

/**
 * DeleteTopics v0-6: deletes topics by name, or by id (v6, KIP-516). Answered when no partition of them can be reached any more.
 * Left out: timeoutMs, as in CreateTopics.
 */
export const deleteTopics = handler(DeleteTopics, { versions: [0, 6] }, async (request, context) => {
  const topics = requested(request, context)
  const outcomes = await outcomesOf(topics, context)
  const answered = new Set<string>()
  const responses: Result[] = []
  for (const [place, topic] of topics.entries()) {
    const key = `${topic.name}/${topic.topicId}`
    // What stood there twice is answered once, as in Kafka.
    if (!answered.has(key)) responses.push(toResult(topic, outcomes[place]!))
    answered.add(key)
  }
  return { responses }
})

function requested({ topics, topicNames }: RequestOf<typeof DeleteTopics>, { apiVersion }: RequestContext): readonly TopicToDelete[] {
  return apiVersion < topicIdsSince ? topicNames.map((name) => ({ name, topicId: nullUuid })) : topics
}

async function outcomesOf(topics: readonly TopicToDelete[], context: RequestContext): Promise<readonly Outcome<TopicImage>[]> {
  const { apiVersion, broker } = context
  if (!broker.config.deleteTopicEnable) {
    const error = apiVersion < deletionDisabledSince ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED'
    return topics.map(() => fault(error, 'Topic deletion is disabled (delete.topic.enable).'))
  }
  try {
    return await broker.controller.deleteTopics(topics)
  } catch (error) {
    if (!(error instanceof ChangeFailed)) throw error
    return topics.map(() => fault(error.error, error.message))
  }
}

function toResult({ name, topicId }: TopicToDelete, outcome: Outcome<TopicImage>): Result {
  if (outcome.error !== 'NONE') return { name, topicId, errorCode: errorCodes[outcome.error], errorMessage: outcome.message }
  return { name: outcome.value.name, topicId: outcome.value.id, errorCode: errorCodes.NONE }
}
