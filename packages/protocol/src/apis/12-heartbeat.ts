import { defineApi } from '../schema/api.ts'
import { int16, int32, string } from '../schema/field.ts'

/**
 * Keeps a member of a classic group alive.
 *
 * - 3: static membership (KIP-345)
 * - 4: flexible
 */
export const Heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleFrom: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.nullable().default(null).since(3),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
  },
})
