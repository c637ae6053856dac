import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/config-definition.ts'
import { validateTopicConfig } from '../config/topic-config.ts'
import { type AssignmentRules, assignmentFault } from './assignments.ts'
import { ChangeFailed } from './change-failed.ts'
import type { ClusterImage } from './image.ts'
import type { MetadataChange } from './metadata-changes.ts'
import { configRecords, partitionRecord } from './new-records.ts'
import { done, duplicatesAmong, fault, type Outcome, type Plan } from './plan.ts'
import { clusterMetadataTopic, collisionKey, isInternalTopic, topicNameFault } from './topic-names.ts'

/** More new partitions in one request are refused, as Kafka does it. */
export const mostNewPartitions = 10_000

export interface NewTopic {
  readonly name: string
  /** -1: num.partitions. */
  readonly numPartitions: number
  /** -1: default.replication.factor. */
  readonly replicationFactor: number
  /** Replicas by partition; empty: the broker places them. */
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface CreatedTopic {
  readonly topicId: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: ReadonlyMap<string, string>
}

export interface CreationRules extends AssignmentRules {
  readonly config: BrokerConfig
  readonly newTopicId: () => string
}

/**
 * What becomes of each topic of a request, by its place, and the records that make those that may be made. The checks, their order and
 * their words are those of Kafka's ReplicationControlManager and ControllerApis.
 * @throws ChangeFailed POLICY_VIOLATION for the request as a whole
 */
export function planCreateTopics(image: ClusterImage, topics: readonly NewTopic[], rules: CreationRules): Plan<CreatedTopic> {
  const duplicates = duplicatesAmong(topics.map(({ name }) => name))
  const distinct = topics.filter(({ name }) => !duplicates.has(name))
  checkTotal(distinct, rules.config)
  const collisions = collidingNames(image, distinct)
  const records: MetadataChange[] = []
  const outcomes = topics.map((topic): Outcome<CreatedTopic> => {
    if (duplicates.has(topic.name)) return fault('INVALID_REQUEST', 'Duplicate topic name.')
    const refused = nameFault(topic.name, image, collisions) ?? configFault(topic) ?? shapeFault(topic, rules)
    if (refused !== undefined) return refused
    const created = createdTopic(topic, rules)
    records.push(...recordsOf(topic.name, created, rules.nodeId))
    return done(created)
  })
  return { outcomes, records }
}

function checkTotal(topics: readonly NewTopic[], config: BrokerConfig): void {
  const total = topics.reduce((sum, topic) => sum + Math.max(0, partitionsOf(topic, config)), 0)
  if (total > mostNewPartitions) throw new ChangeFailed('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
}

function partitionsOf({ assignments, numPartitions }: NewTopic, config: BrokerConfig): number {
  if (assignments.length > 0) return assignments.length
  return numPartitions === -1 ? config.numPartitions : numPartitions
}

/** Names of topics by what they collide on, where that matters: only those with a period or an underscore. */
function collidingNames(image: ClusterImage, topics: readonly NewTopic[]): ReadonlyMap<string, string> {
  const collisions = new Map<string, string>()
  if (!topics.some(({ name }) => /[._]/.test(name))) return collisions
  for (const name of image.topicsByName.keys()) collisions.set(collisionKey(name), name)
  return collisions
}

function nameFault(name: string, image: ClusterImage, collisions: ReadonlyMap<string, string>): Outcome<never> | undefined {
  if (name === clusterMetadataTopic) return fault('TOPIC_AUTHORIZATION_FAILED', 'Authorization failed.')
  const reason = topicNameFault(name)
  if (reason !== undefined) return fault('INVALID_TOPIC_EXCEPTION', reason)
  if (image.topicsByName.has(name)) return fault('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
  if (isInternalTopic(name)) return fault('INVALID_TOPIC_EXCEPTION', `Topic '${name}' is internal: only the broker makes it.`)
  const other = collisions.get(collisionKey(name))
  if (other !== undefined) return fault('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
  return undefined
}

function configFault({ configs }: NewTopic): Outcome<never> | undefined {
  try {
    for (const { name, value } of configs) validateTopicConfig(name, value)
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return fault('INVALID_CONFIG', error.message)
    throw error
  }
}

function shapeFault(topic: NewTopic, rules: CreationRules): Outcome<never> | undefined {
  const { assignments, numPartitions, replicationFactor } = topic
  if (assignments.length > 0) return manualFault(topic, rules)
  if (replicationFactor < -1 || replicationFactor === 0)
    return fault('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.')
  if (numPartitions < -1 || numPartitions === 0)
    return fault('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  const factor = replicationFactor === -1 ? rules.config.defaultReplicationFactor : replicationFactor
  if (factor === 1) return undefined
  const reason = `The target replication factor of ${factor} cannot be reached because only 1 broker(s) are registered.`
  return fault('INVALID_REPLICATION_FACTOR', `Unable to replicate the partition ${factor} time(s): ${reason}`)
}

function manualFault({ assignments, numPartitions, replicationFactor }: NewTopic, rules: CreationRules): Outcome<never> | undefined {
  if (replicationFactor !== -1)
    return fault('INVALID_REQUEST', 'A manual partition assignment was specified, but replication factor was not set to -1.')
  if (numPartitions !== -1)
    return fault('INVALID_REQUEST', 'A manual partition assignment was specified, but numPartitions was not set to -1.')
  const seen = new Set<number>()
  for (const { partitionIndex, brokerIds } of assignments) {
    if (seen.has(partitionIndex))
      return fault('INVALID_REPLICA_ASSIGNMENT', `Found multiple manual partition assignments for partition ${partitionIndex}`)
    seen.add(partitionIndex)
    const reason = assignmentFault(brokerIds, rules)
    if (reason !== undefined) return fault('INVALID_REPLICA_ASSIGNMENT', reason)
  }
  const isDense = assignments.every((_, index) => seen.has(index))
  return isDense ? undefined : fault('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
}

function createdTopic(topic: NewTopic, { config, newTopicId }: CreationRules): CreatedTopic {
  return {
    topicId: newTopicId(),
    numPartitions: partitionsOf(topic, config),
    replicationFactor: 1,
    configs: new Map(topic.configs.map(({ name, value }) => [name, value ?? ''])),
  }
}

function recordsOf(name: string, { topicId, numPartitions, configs }: CreatedTopic, nodeId: number): MetadataChange[] {
  const partitions = Array.from({ length: numPartitions }, (_, index) =>
    partitionRecord({ topicId, index, nodeId, leaderEpoch: 0, partitionEpoch: 0 }),
  )
  return [{ name: 'TopicRecord', message: { name, topicId } }, ...configRecords(name, configs), ...partitions]
}
