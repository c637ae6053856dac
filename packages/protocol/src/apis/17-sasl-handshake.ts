import { defineApi } from '../schema/api.ts'
import { array, int16, string } from '../schema/field.ts'

/**
 * Chooses a SASL mechanism. Never flexible.
 *
 * - 0: raw tokens follow on the connection
 * - 1: SaslAuthenticate requests follow (KIP-152)
 */
export const SaslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  request: {
    mechanism: string,
  },
  response: {
    errorCode: int16,
    mechanisms: array(string),
  },
})
