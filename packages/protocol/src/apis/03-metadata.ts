import { defineApi } from '../schema/api.ts'
import { array, bool, int16, int32, string, uuid } from '../schema/field.ts'

/**
 * Names the brokers of the cluster and the partitions of topics with their leaders.
 *
 * - 0: an empty list means all topics; from 1 null does
 * - 4: automatic topic creation may be forbidden
 * - 5: offline replicas
 * - 7: leader epoch (KIP-320)
 * - 8 to 10: authorized operations of the cluster (KIP-430; later KIP-700 moved them to DescribeCluster)
 * - 9: flexible
 * - 10: topic ids (KIP-516); asking by id works from 12
 * - 13: top-level error code
 */
export const Metadata = defineApi({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleFrom: 9,
  request: {
    topics: array({
      topicId: uuid.since(10).ignorable(),
      name: string.nullable(10),
    }).nullable(1),
    allowAutoTopicCreation: bool.default(true).since(4),
    includeClusterAuthorizedOperations: bool.since(8).until(10),
    includeTopicAuthorizedOperations: bool.since(8),
  },
  response: {
    throttleTimeMs: int32.since(3).ignorable(),
    brokers: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null).since(1).ignorable(),
    }),
    clusterId: string.nullable().default(null).since(2).ignorable(),
    controllerId: int32.default(-1).since(1).ignorable(),
    topics: array({
      errorCode: int16,
      name: string.nullable(12),
      topicId: uuid.since(10).ignorable(),
      isInternal: bool.since(1).ignorable(),
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32.default(-1).since(7).ignorable(),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        offlineReplicas: array(int32).since(5).ignorable(),
      }),
      topicAuthorizedOperations: int32.default(-2147483648).since(8),
    }),
    clusterAuthorizedOperations: int32.default(-2147483648).since(8).until(10),
    errorCode: int16.since(13).ignorable(),
  },
})
