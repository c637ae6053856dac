import { type AssignmentRules, assignmentFault } from './assignments.ts'
import { ChangeFailed } from './change-failed.ts'
import { mostNewPartitions } from './create-topics.ts'
import type { ClusterImage, TopicImage } from './image.ts'
import type { MetadataChange } from './metadata-changes.ts'
import { partitionRecord } from './new-records.ts'
import { done, duplicatesAmong, fault, type Outcome, type Plan } from './plan.ts'

export interface MorePartitions {
  readonly name: string
  /** How many partitions the topic is to have then. */
  readonly count: number
  /** Replicas of each new partition; null: the broker places them. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

/**
 * What becomes of each topic of a request, by its place, as in Kafka's ReplicationControlManager.
 * @throws ChangeFailed POLICY_VIOLATION for the request as a whole
 */
export function planCreatePartitions(image: ClusterImage, topics: readonly MorePartitions[], rules: AssignmentRules): Plan<TopicImage> {
  const duplicates = duplicatesAmong(topics.map(({ name }) => name))
  const outcomes = topics.map((topic): Outcome<TopicImage> => {
    if (duplicates.has(topic.name)) return fault('INVALID_REQUEST', 'Duplicate topic name.')
    return growth(topic, image, rules)
  })
  const grown = outcomes.flatMap((outcome, place) => (outcome.error === 'NONE' ? [{ ...topics[place]!, topic: outcome.value }] : []))
  const total = grown.reduce((sum, { count, topic }) => sum + count - topic.partitions.length, 0)
  if (total > mostNewPartitions) throw new ChangeFailed('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  return { outcomes, records: grown.flatMap(({ count, topic }) => recordsOf(topic, count, rules.nodeId)) }
}

function growth({ name, count, assignments }: MorePartitions, image: ClusterImage, rules: AssignmentRules): Outcome<TopicImage> {
  const topic = image.topicsByName.get(name)
  if (topic === undefined) return fault('UNKNOWN_TOPIC_OR_PARTITION')
  const current = topic.partitions.length
  if (count === current) return fault('INVALID_PARTITIONS', `Topic already has ${current} partition(s).`)
  if (count < current)
    return fault('INVALID_PARTITIONS', `The topic ${name} currently has ${current} partition(s); ${count} would not be an increase.`)
  const additional = count - current
  if (assignments === null) return done(topic)
  if (assignments.length !== additional) {
    const reason = `Attempted to add ${additional} additional partition(s), but only ${assignments.length} assignment(s) were specified.`
    return fault('INVALID_REPLICA_ASSIGNMENT', reason)
  }
  const reason = assignments.map(({ brokerIds }) => assignmentFault(brokerIds, rules)).find((each) => each !== undefined)
  return reason === undefined ? done(topic) : fault('INVALID_REPLICA_ASSIGNMENT', reason)
}

function recordsOf({ id, partitions }: TopicImage, count: number, nodeId: number): MetadataChange[] {
  return Array.from({ length: count - partitions.length }, (_, place) =>
    partitionRecord({ topicId: id, index: partitions.length + place, nodeId, leaderEpoch: 0, partitionEpoch: 0 }),
  )
}
