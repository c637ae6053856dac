import { defineApi } from '../schema/api.ts'
import { array, bool, bytes, int16, int32, string } from '../schema/field.ts'

/**
 * Joins a classic group and waits for the rebalance.
 *
 * - 1: rebalance time-out
 * - 4: the member id must be asked for first (KIP-394)
 * - 5: static membership (KIP-345)
 * - 6: flexible
 * - 7: protocol type in the response (KIP-559)
 * - 8: reason (KIP-800)
 * - 9: the leader may be told to skip the assignment (KIP-814)
 */
export const JoinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleFrom: 6,
  request: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.default(-1).since(1).ignorable(),
    memberId: string,
    groupInstanceId: string.nullable().default(null).since(5),
    protocolType: string,
    protocols: array({
      name: string,
      metadata: bytes,
    }),
    reason: string.nullable().default(null).since(8).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    errorCode: int16,
    generationId: int32.default(-1),
    protocolType: string.nullable().default(null).since(7).ignorable(),
    protocolName: string.nullable(7),
    leader: string,
    skipAssignment: bool.since(9),
    memberId: string,
    members: array({
      memberId: string,
      groupInstanceId: string.nullable().default(null).since(5).ignorable(),
      metadata: bytes,
    }),
  },
})
