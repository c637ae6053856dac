import { array, bigint64, int8, int16, int32, int64, string, struct, uint16 } from '../schema/field.ts'
import { defineCoordinatorRecord } from './define-coordinator-record.ts'

// Records of __consumer_offsets about streams groups (KIP-1071).

const lastAssignmentConfig = {
  key: string,
  value: string,
}

/** A streams group and its epoch (KIP-1071). */
export const StreamsGroupMetadata = defineCoordinatorRecord({
  type: 17,
  name: 'StreamsGroupMetadata',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      epoch: int32,
      metadataHash: bigint64, // bigint: a hash
      validatedTopologyEpoch: int32.default(-1).tagged(0),
      lastAssignmentConfigs: array(lastAssignmentConfig).nullable().tagged(1),
      storedDescriptionTopologyEpoch: int32.default(-1).tagged(2),
      failedDescriptionTopologyEpoch: int32.default(-1).tagged(3),
    },
  },
})

const endpoint = {
  host: string,
  port: uint16,
}

const keyValue = {
  key: string,
  value: string,
}

/** A member of a streams group. */
export const StreamsGroupMemberMetadata = defineCoordinatorRecord({
  type: 19,
  name: 'StreamsGroupMemberMetadata',
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
      rebalanceTimeoutMs: int32.default(-1),
      topologyEpoch: int32,
      processId: string,
      userEndpoint: struct(endpoint).nullable().default(null),
      clientTags: array(keyValue),
    },
  },
})

/** The epoch of the target assignment. */
export const StreamsGroupTargetAssignmentMetadata = defineCoordinatorRecord({
  type: 20,
  name: 'StreamsGroupTargetAssignmentMetadata',
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

const taskIds = {
  subtopologyId: string,
  partitions: array(int32),
}

/** The target assignment of a member: its tasks. */
export const StreamsGroupTargetAssignmentMember = defineCoordinatorRecord({
  type: 21,
  name: 'StreamsGroupTargetAssignmentMember',
  key: {
    groupId: string,
    memberId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      activeTasks: array(taskIds),
      standbyTasks: array(taskIds),
      warmupTasks: array(taskIds),
    },
  },
})

const taskIdsOfStreamsGroupCurrentMemberAssignment = {
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: array(int32).nullable().tagged(0),
}

/** The tasks a member has now, and is to give back. */
export const StreamsGroupCurrentMemberAssignment = defineCoordinatorRecord({
  type: 22,
  name: 'StreamsGroupCurrentMemberAssignment',
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
      activeTasks: array(taskIdsOfStreamsGroupCurrentMemberAssignment),
      standbyTasks: array(taskIdsOfStreamsGroupCurrentMemberAssignment),
      warmupTasks: array(taskIdsOfStreamsGroupCurrentMemberAssignment),
      activeTasksPendingRevocation: array(taskIdsOfStreamsGroupCurrentMemberAssignment),
      standbyTasksPendingRevocation: array(taskIdsOfStreamsGroupCurrentMemberAssignment),
      warmupTasksPendingRevocation: array(taskIdsOfStreamsGroupCurrentMemberAssignment),
    },
  },
})

const topicConfig = {
  key: string,
  value: string,
}

const topicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(topicConfig),
}

/** The topology of a streams group. */
export const StreamsGroupTopology = defineCoordinatorRecord({
  type: 23,
  name: 'StreamsGroupTopology',
  key: {
    groupId: string,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      epoch: int32,
      subtopologies: array({
        subtopologyId: string,
        sourceTopics: array(string),
        sourceTopicRegex: array(string),
        stateChangelogTopics: array(topicInfo),
        repartitionSinkTopics: array(string),
        repartitionSourceTopics: array(topicInfo),
        copartitionGroups: array({
          sourceTopics: array(int16),
          sourceTopicRegex: array(int16),
          repartitionSourceTopics: array(int16),
        }),
      }),
    },
  },
})
