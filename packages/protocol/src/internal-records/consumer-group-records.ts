import { array, bigint64, bytes, int8, int32, int64, string, struct, uuid } from '../schema/field.ts'
import { defineCoordinatorRecord } from './define-coordinator-record.ts'

// Records of __consumer_offsets about consumer groups (KIP-848).

/** A consumer group and its epoch (KIP-848). */
export const ConsumerGroupMetadata = defineCoordinatorRecord({
  type: 3,
  name: 'ConsumerGroupMetadata',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      epoch: int32,
      metadataHash: bigint64.tagged(0), // bigint: a hash
    },
  },
})

/** The partitions a consumer group knows of; no longer written. */
export const ConsumerGroupPartitionMetadata = defineCoordinatorRecord({
  type: 4,
  name: 'ConsumerGroupPartitionMetadata',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      topics: array({
        topicId: uuid,
        topicName: string,
        numPartitions: int32,
        partitionMetadata: array({
          partition: int32,
          racks: array(string),
        }),
      }),
    },
  },
})

/** What a member of a consumer group subscribes to. */
export const ConsumerGroupMemberMetadata = defineCoordinatorRecord({
  type: 5,
  name: 'ConsumerGroupMemberMetadata',
  key: {
    groupId: string,
    memberId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      instanceId: string.nullable(),
      rackId: string.nullable(),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: string.nullable(),
      rebalanceTimeoutMs: int32.default(-1),
      serverAssignor: string.nullable(),
      classicMemberMetadata: struct({
        sessionTimeoutMs: int32,
        supportedProtocols: array({
          name: string,
          metadata: bytes,
        }),
      })
        .nullable()
        .tagged(0),
    },
  },
})

/** The epoch of the target assignment. */
export const ConsumerGroupTargetAssignmentMetadata = defineCoordinatorRecord({
  type: 6,
  name: 'ConsumerGroupTargetAssignmentMetadata',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      assignmentEpoch: int32,
      assignmentTimestamp: int64.tagged(0).ignorable(),
    },
  },
})

/** The target assignment of a member. */
export const ConsumerGroupTargetAssignmentMember = defineCoordinatorRecord({
  type: 7,
  name: 'ConsumerGroupTargetAssignmentMember',
  key: {
    groupId: string,
    memberId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      topicPartitions: array({
        topicId: uuid,
        partitions: array(int32),
      }),
    },
  },
})

const topicPartitions = {
  topicId: uuid,
  partitions: array(int32),
  assignmentEpochs: array(int32).nullable().tagged(0),
}

/** What a member has now, and is to give back. */
export const ConsumerGroupCurrentMemberAssignment = defineCoordinatorRecord({
  type: 8,
  name: 'ConsumerGroupCurrentMemberAssignment',
  key: {
    groupId: string,
    memberId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: int8,
      assignedPartitions: array(topicPartitions),
      partitionsPendingRevocation: array(topicPartitions),
    },
  },
})

/** What a regular expression resolved to. */
export const ConsumerGroupRegularExpression = defineCoordinatorRecord({
  type: 16,
  name: 'ConsumerGroupRegularExpression',
  key: {
    groupId: string,
    regularExpression: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      topics: array(string),
      version: int64,
      timestamp: int64,
    },
  },
})
