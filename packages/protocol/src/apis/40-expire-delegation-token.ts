import { defineApi } from '../schema/api.ts'
import { bigint64, bytes, int16, int32, int64 } from '../schema/field.ts'

/**
 * Lets a delegation token expire (KIP-48).
 *
 * - 2: flexible
 */
export const ExpireDelegationToken = defineApi({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    hmac: bytes,
    expiryTimePeriodMs: bigint64, // bigint: the client chooses it, up to 2^63 - 1
  },
  response: {
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: int32,
  },
})
