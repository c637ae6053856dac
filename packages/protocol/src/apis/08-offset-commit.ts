import { defineApi } from '../schema/api.ts'
import { array, bigint64, int16, int32, int64, string, uuid } from '../schema/field.ts'

/**
 * Commits offsets of a group.
 *
 * - 0: offsets were kept in ZooKeeper
 * - 1: group generation, timestamp per partition (1 only)
 * - 2 to 4: retention time chosen by the client
 * - 6: leader epoch (KIP-320)
 * - 7: static membership (KIP-345)
 * - 8: flexible
 * - 9: member epochs of the consumer protocol (KIP-848)
 * - 10: topic ids
 */
export const OffsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: [0, 10],
  flexibleFrom: 8,
  request: {
    groupId: string,
    generationIdOrMemberEpoch: int32.default(-1).since(1).ignorable(),
    memberId: string.since(1).ignorable(),
    groupInstanceId: string.nullable().default(null).since(7),
    retentionTimeMs: bigint64.default(-1n).since(2).until(4).ignorable(), // bigint: the client chooses it, 2^63 - 1 for ever
    topics: array({
      name: string.until(9).ignorable(),
      topicId: uuid.since(10).ignorable(),
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.default(-1).since(6).ignorable(),
        commitTimestamp: int64.default(-1).since(1).until(1),
        committedMetadata: string.nullable(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array({
      name: string.until(9).ignorable(),
      topicId: uuid.since(10).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
})
