import { defineApi } from '../schema/api.ts'
import { bytes, int16, int64, string } from '../schema/field.ts'

/**
 * Carries one token of a SASL exchange (KIP-152).
 *
 * - 1: lifetime of the session (KIP-368)
 * - 2: flexible
 */
export const SaslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    authBytes: bytes,
  },
  response: {
    errorCode: int16,
    errorMessage: string.nullable(),
    authBytes: bytes,
    sessionLifetimeMs: int64.since(1).ignorable(),
  },
})
