import { defineApi } from '../schema/api.ts'
import { array, bool, int16, int32, int64, string, uuid } from '../schema/field.ts'

/**
 * Reads committed offsets of groups.
 *
 * - 0: offsets were kept in ZooKeeper
 * - 2: null asks for all topics; top-level error code
 * - 5: leader epoch (KIP-320)
 * - 6: flexible
 * - 7: only stable offsets (KIP-447)
 * - 8: several groups at once (KIP-709)
 * - 9: member id and epoch (KIP-848)
 * - 10: topic ids
 */
export const OffsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: [0, 10],
  flexibleFrom: 6,
  request: {
    groupId: string.until(7),
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    })
      .nullable(2)
      .until(7),
    groups: array({
      groupId: string,
      memberId: string.nullable().default(null).since(9).ignorable(),
      memberEpoch: int32.default(-1).since(9).ignorable(),
      topics: array({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitionIndexes: array(int32),
      }).nullable(),
    }).since(8),
    requireStable: bool.since(7),
  },
  response: {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.default(-1).since(5).ignorable(),
        metadata: string.nullable(),
        errorCode: int16,
      }),
    }).until(7),
    errorCode: int16.since(2).until(7).ignorable(),
    groups: array({
      groupId: string,
      topics: array({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: int32.default(-1).ignorable(),
          metadata: string.nullable(),
          errorCode: int16,
        }),
      }),
      errorCode: int16,
    }).since(8),
  },
})
