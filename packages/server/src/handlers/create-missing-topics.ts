import { ChangeFailed } from '../cluster/change-failed.ts'
import { isInternalTopic, topicNameFault } from '../cluster/topic-names.ts'
import type { BrokerServices } from '../dispatch/request-context.ts'

/**
 * Makes the topics that are missing, with the broker's defaults, where it allows that (auto.create.topics.enable). Resolves when they are
 * there or will not be: whoever asked then looks again, so what failed needs no answer of its own.
 */
export async function createMissingTopics(names: Iterable<string>, broker: BrokerServices): Promise<void> {
  if (!broker.config.autoCreateTopicsEnable) return
  const { topicsByName } = broker.image()
  const missing = [...names].filter((name) => !topicsByName.has(name) && !isInternalTopic(name) && topicNameFault(name) === undefined)
  if (missing.length === 0) return
  const topics = missing.map((name) => ({ name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] }))
  try {
    const outcomes = await broker.controller.createTopics(topics, { validateOnly: false })
    for (const [place, outcome] of outcomes.entries()) {
      if (outcome.error === 'NONE' || outcome.error === 'TOPIC_ALREADY_EXISTS') continue
      const { error, message } = outcome
      broker.logger.warn({ topic: missing[place], error, reason: message }, 'a topic could not be created automatically')
    }
  } catch (error) {
    if (!(error instanceof ChangeFailed)) throw error
    broker.logger.warn({ err: error }, 'topics could not be created automatically')
  }
}
