import type { ErrorName } from '@logan/protocol'
import { topicNameFault } from '../cluster/topic-names.ts'

/** What is told of a name that no topic has: whether one could have it (Kafka). */
export function missingTopicError(name: string): ErrorName {
  return topicNameFault(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
}
