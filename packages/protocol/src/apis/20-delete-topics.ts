import { defineApi } from '../schema/api.ts'
import { array, int16, int32, string, uuid } from '../schema/field.ts'

/**
 * Deletes topics.
 *
 * - 4: flexible
 * - 5: error messages (KIP-599)
 * - 6: by topic id as well (KIP-516)
 */
export const DeleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: [0, 6],
  flexibleFrom: 4,
  request: {
    topics: array({
      name: string.nullable().default(null),
      topicId: uuid,
    }).since(6),
    topicNames: array(string).until(5).ignorable(),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    responses: array({
      name: string.nullable(6),
      topicId: uuid.since(6).ignorable(),
      errorCode: int16,
      errorMessage: string.nullable().default(null).since(5).ignorable(),
    }),
  },
})
