import { defineApi } from '../schema/api.ts'
import { array, bigint64, bytes, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Creates a delegation token (KIP-48).
 *
 * - 2: flexible
 * - 3: on behalf of another owner (KIP-373)
 */
export const CreateDelegationToken = defineApi({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [0, 3],
  flexibleFrom: 2,
  request: {
    ownerPrincipalType: string.nullable().since(3),
    ownerPrincipalName: string.nullable().since(3),
    renewers: array({
      principalType: string,
      principalName: string,
    }),
    maxLifetimeMs: bigint64, // bigint: the client chooses it, up to 2^63 - 1
  },
  response: {
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string.since(3),
    tokenRequesterPrincipalName: string.since(3),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: int32,
  },
})
