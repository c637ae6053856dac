import { defineApi } from '../schema/api.ts'
import { array, bool, int16, int32, string } from '../schema/field.ts'

/**
 * Adds partitions to topics (KIP-195).
 *
 * - 2: flexible
 * - 3: may be throttled (KIP-599)
 */
export const CreatePartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleFrom: 2,
  request: {
    topics: array({
      name: string,
      count: int32,
      assignments: array({
        brokerIds: array(int32),
      }).nullable(),
    }),
    timeoutMs: int32,
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      name: string,
      errorCode: int16,
      errorMessage: string.nullable().default(null),
    }),
  },
})
