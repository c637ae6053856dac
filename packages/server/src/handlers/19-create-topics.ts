import { CreateTopics, errorCodes, type ResponseInputOf } from '@logan/protocol'
import { ChangeFailed } from '../cluster/change-failed.ts'
import type { CreatedTopic } from '../cluster/create-topics.ts'
import type { Outcome } from '../cluster/plan.ts'
import { describeTopicConfigs } from '../config/describe-configs.ts'
import { handler } from '../dispatch/handler.ts'
import type { BrokerServices } from '../dispatch/request-context.ts'

type Result = NonNullable<ResponseInputOf<typeof CreateTopics>['topics']>[number]

/**
 * CreateTopics v0-7: creates topics, or tells what would become of them (validateOnly, v1).
 * Kept: assignments, the broker's defaults (-1), configs, the topic as it was made in the answer (v5, KIP-525; id v7), POLICY_VIOLATION
 * above 10,000 partitions.
 * Left out: timeoutMs, for the change is made whatever becomes of the client's patience.
 */
export const createTopics = handler(CreateTopics, { versions: [0, 7] }, async ({ topics, validateOnly }, { broker }) => {
  try {
    const outcomes = await broker.controller.createTopics(topics, { validateOnly })
    // A name that stood there twice is answered once, as in Kafka.
    const results = new Map(topics.map(({ name }, place) => [name, toResult(name, outcomes[place]!, broker)]))
    return { topics: [...results.values()] }
  } catch (error) {
    if (!(error instanceof ChangeFailed)) throw error
    return { topics: topics.map(({ name }) => failed(name, error.error, error.message)) }
  }
})

function toResult(name: string, outcome: Outcome<CreatedTopic>, { config }: BrokerServices): Result {
  if (outcome.error !== 'NONE') return failed(name, outcome.error, outcome.message)
  const { topicId, numPartitions, replicationFactor, configs } = outcome.value
  return {
    name,
    topicId,
    errorCode: errorCodes.NONE,
    errorMessage: null,
    numPartitions,
    replicationFactor,
    configs: describeTopicConfigs(configs, config).map((entry) => ({
      name: entry.name,
      value: entry.value,
      readOnly: entry.readOnly,
      configSource: entry.source,
      isSensitive: false,
    })),
  }
}

function failed(name: string, error: ChangeFailed['error'], errorMessage: string | null): Result {
  return { name, errorCode: errorCodes[error], errorMessage, configs: [] }
}
