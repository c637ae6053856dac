import { CreatePartitions, errorCodes, type ResponseInputOf } from '@logan/protocol'
import { ChangeFailed } from '../cluster/change-failed.ts'
import type { TopicImage } from '../cluster/image.ts'
import type { Outcome } from '../cluster/plan.ts'
import { handler } from '../dispatch/handler.ts'

type Result = NonNullable<ResponseInputOf<typeof CreatePartitions>['results']>[number]

/**
 * CreatePartitions v0-3: adds partitions to topics, or tells what would become of that (validateOnly).
 * Kept: assignments, POLICY_VIOLATION above 10,000 new partitions. Left out: timeoutMs, as in CreateTopics.
 */
export const createPartitions = handler(CreatePartitions, { versions: [0, 3] }, async ({ topics, validateOnly }, { broker }) => {
  try {
    const outcomes = await broker.controller.createPartitions(topics, { validateOnly })
    // A name that stood there twice is answered once, as in Kafka.
    const results = new Map(topics.map(({ name }, place) => [name, toResult(name, outcomes[place]!)]))
    return { results: [...results.values()] }
  } catch (error) {
    if (!(error instanceof ChangeFailed)) throw error
    return { results: topics.map(({ name }) => ({ name, errorCode: errorCodes[error.error], errorMessage: error.message })) }
  }
})

function toResult(name: string, outcome: Outcome<TopicImage>): Result {
  if (outcome.error === 'NONE') return { name, errorCode: errorCodes.NONE }
  return { name, errorCode: errorCodes[outcome.error], errorMessage: outcome.message }
}
