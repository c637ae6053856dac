import { array, bigint64, int8, int32, int64, string, uuid } from '../schema/field.ts'
import { defineCoordinatorRecord } from './define-coordinator-record.ts'

// Records of __consumer_offsets about share groups (KIP-932).

/** What a member of a share group subscribes to. */
export const ShareGroupMemberMetadata = defineCoordinatorRecord({
  type: 10,
  name: 'ShareGroupMemberMetadata',
  key: {
    groupId: string,
    memberId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      rackId: string.nullable(),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
    },
  },
})

/** A share group and its epoch (KIP-932). */
export const ShareGroupMetadata = defineCoordinatorRecord({
  type: 11,
  name: 'ShareGroupMetadata',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      epoch: int32,
      metadataHash: bigint64, // bigint: a hash
    },
  },
})

/** The epoch of the target assignment. */
export const ShareGroupTargetAssignmentMetadata = defineCoordinatorRecord({
  type: 12,
  name: 'ShareGroupTargetAssignmentMetadata',
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
export const ShareGroupTargetAssignmentMember = defineCoordinatorRecord({
  type: 13,
  name: 'ShareGroupTargetAssignmentMember',
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
}

/** What a member has now. */
export const ShareGroupCurrentMemberAssignment = defineCoordinatorRecord({
  type: 14,
  name: 'ShareGroupCurrentMemberAssignment',
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
    },
  },
})

const topicPartitionsInfo = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
}

const topicInfo = {
  topicId: uuid,
  topicName: string,
}

/** Partitions of a share group by the state of their initialization. */
export const ShareGroupStatePartitionMetadata = defineCoordinatorRecord({
  type: 15,
  name: 'ShareGroupStatePartitionMetadata',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      initializingTopics: array(topicPartitionsInfo),
      initializedTopics: array(topicPartitionsInfo),
      deletingTopics: array(topicInfo),
    },
  },
})
