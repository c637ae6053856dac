import { defineApi } from '../schema/api.ts'
import { array, int8, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Finds offsets: the first, the last, the one at a time.
 *
 * - 0: a list of segment starts; from 1 one offset
 * - 2: isolation level
 * - 4: leader epoch (KIP-320)
 * - 6: flexible
 * - 7: offset of the largest timestamp (KIP-734)
 * - 8: local log start (KIP-405)
 * - 9: last tiered offset (KIP-1005)
 * - 10: time-out for remote look-ups (KIP-1075)
 * - 11: earliest offset pending upload (KIP-1023)
 */
export const ListOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: [0, 11],
  flexibleFrom: 6,
  request: {
    replicaId: int32,
    isolationLevel: int8.since(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        currentLeaderEpoch: int32.default(-1).since(4).ignorable(),
        timestamp: int64,
        maxNumOffsets: int32.default(1).until(0),
      }),
    }),
    timeoutMs: int32.since(10).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        oldStyleOffsets: array(int64).until(0),
        timestamp: int64.default(-1).since(1),
        offset: int64.default(-1).since(1),
        leaderEpoch: int32.default(-1).since(4),
      }),
    }),
  },
})
