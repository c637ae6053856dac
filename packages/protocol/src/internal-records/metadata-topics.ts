import { array, int8, int32, string, uuid } from '../schema/field.ts'
import { defineMetadataRecord } from './define-metadata-record.ts'

// Records of the cluster metadata about topics and configs.

/** A topic was created; its partitions follow. */
export const TopicRecord = defineMetadataRecord({
  apiKey: 2,
  name: 'TopicRecord',
  versions: [0, 0],
  fields: {
    name: string,
    topicId: uuid,
  },
})

/**
 * A partition was created, or in a snapshot: stands like this.
 *
 * - 1: directories (KIP-858)
 * - 2: eligible leader replicas (KIP-966)
 */
export const PartitionRecord = defineMetadataRecord({
  apiKey: 3,
  name: 'PartitionRecord',
  versions: [0, 2],
  fields: {
    partitionId: int32.default(-1),
    topicId: uuid,
    replicas: array(int32),
    isr: array(int32),
    removingReplicas: array(int32),
    addingReplicas: array(int32),
    leader: int32.default(-1),
    leaderRecoveryState: int8.tagged(0),
    leaderEpoch: int32.default(-1),
    partitionEpoch: int32.default(-1),
    directories: array(uuid).since(1),
    eligibleLeaderReplicas: array(int32).nullable().default(null).since(2).tagged(1),
    lastKnownElr: array(int32).nullable().default(null).since(2).tagged(2),
  },
})

/**
 * A partition has changed: what is absent stays as it was.
 *
 * - 1: directories (KIP-858)
 * - 2: eligible leader replicas (KIP-966)
 */
export const PartitionChangeRecord = defineMetadataRecord({
  apiKey: 5,
  name: 'PartitionChangeRecord',
  versions: [0, 2],
  fields: {
    partitionId: int32.default(-1),
    topicId: uuid,
    isr: array(int32).nullable().default(null).tagged(0),
    leader: int32.default(-2).tagged(1),
    replicas: array(int32).nullable().default(null).tagged(2),
    removingReplicas: array(int32).nullable().default(null).tagged(3),
    addingReplicas: array(int32).nullable().default(null).tagged(4),
    leaderRecoveryState: int8.default(-1).tagged(5),
    directories: array(uuid).nullable().default(null).since(1).tagged(8),
    eligibleLeaderReplicas: array(int32).nullable().default(null).since(2).tagged(6),
    lastKnownElr: array(int32).nullable().default(null).since(2).tagged(7),
  },
})

/** A topic was deleted with its partitions. */
export const RemoveTopicRecord = defineMetadataRecord({
  apiKey: 9,
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  fields: {
    topicId: uuid,
  },
})

/** A config of a resource was set, or with null removed. */
export const ConfigRecord = defineMetadataRecord({
  apiKey: 4,
  name: 'ConfigRecord',
  versions: [0, 0],
  fields: {
    resourceType: int8,
    resourceName: string,
    name: string,
    value: string.nullable(),
  },
})

/** Eligible leader replicas of a topic, or of all, are forgotten (KIP-966). */
export const ClearElrRecord = defineMetadataRecord({
  apiKey: 28,
  name: 'ClearElrRecord',
  versions: [0, 0],
  fields: {
    topicName: string,
  },
})
