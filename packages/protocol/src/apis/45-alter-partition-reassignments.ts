import { defineApi } from '../schema/api.ts'
import { array, bool, int16, int32, string } from '../schema/field.ts'

/**
 * Begins or cancels reassignments of replicas (KIP-455).
 *
 * - 1: may forbid a change of the replication factor
 */
export const AlterPartitionReassignments = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexibleFrom: 0,
  request: {
    timeoutMs: int32.default(60000),
    allowReplicationFactorChange: bool.default(true).since(1),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        replicas: array(int32).nullable().default(null),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    allowReplicationFactorChange: bool.default(true).since(1).ignorable(),
    errorCode: int16,
    errorMessage: string.nullable(),
    responses: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.nullable(),
      }),
    }),
  },
})
