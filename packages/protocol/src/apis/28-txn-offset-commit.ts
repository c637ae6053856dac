import { defineApi } from '../schema/api.ts'
import { array, int16, int32, int64, string, uuid } from '../schema/field.ts'

/**
 * Commits offsets of a group within a transaction (KIP-98).
 *
 * - 2: leader epoch
 * - 3: flexible; group generation (KIP-447)
 * - 4: may answer TRANSACTION_ABORTABLE (KIP-890)
 * - 5: adds the group to the transaction by itself (KIP-890)
 * - 6: topic ids (KIP-1319), unreleased
 */
export const TxnOffsetCommit = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 6],
  stableVersions: [0, 5],
  flexibleFrom: 3,
  request: {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationIdOrMemberEpoch: int32.default(-1).since(3),
    memberId: string.since(3),
    groupInstanceId: string.nullable().default(null).since(3),
    topics: array({
      name: string.until(5).ignorable(),
      topicId: uuid.since(6).ignorable(),
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.default(-1).since(2).ignorable(),
        committedMetadata: string.nullable(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    topics: array({
      name: string.until(5).ignorable(),
      topicId: uuid.since(6).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
})
