import { defineApi } from '../schema/api.ts'
import { array, bytes, int16, int32, string } from '../schema/field.ts'

/**
 * Hands the leader's assignment to the members of a classic group.
 *
 * - 3: static membership (KIP-345)
 * - 4: flexible
 * - 5: protocol type and name (KIP-559)
 */
export const SyncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.nullable().default(null).since(3),
    protocolType: string.nullable().default(null).since(5).ignorable(),
    protocolName: string.nullable().default(null).since(5).ignorable(),
    assignments: array({
      memberId: string,
      assignment: bytes,
    }),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    protocolType: string.nullable().default(null).since(5).ignorable(),
    protocolName: string.nullable().default(null).since(5).ignorable(),
    assignment: bytes,
  },
})
