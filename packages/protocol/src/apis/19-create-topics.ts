import { defineApi } from '../schema/api.ts'
import { array, bool, int8, int16, int32, string, uuid } from '../schema/field.ts'

/**
 * Creates topics.
 *
 * - 1: validate only; error messages
 * - 4: broker defaults for partitions and replication factor (KIP-464)
 * - 5: flexible; configs in the response (KIP-525)
 * - 6: may be throttled (KIP-599)
 * - 7: topic id in the response
 */
export const CreateTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: [0, 7],
  flexibleFrom: 5,
  request: {
    topics: array({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: array({
        partitionIndex: int32,
        brokerIds: array(int32),
      }),
      configs: array({
        name: string,
        value: string.nullable(),
      }),
    }),
    timeoutMs: int32.default(60000),
    validateOnly: bool.since(1),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array({
      name: string,
      topicId: uuid.since(7).ignorable(),
      errorCode: int16,
      errorMessage: string.nullable().since(1).ignorable(),
      topicConfigErrorCode: int16.since(5).tagged(0).ignorable(),
      numPartitions: int32.default(-1).since(5).ignorable(),
      replicationFactor: int16.default(-1).since(5).ignorable(),
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: bool,
        configSource: int8.default(-1).ignorable(),
        isSensitive: bool,
      })
        .nullable()
        .since(5)
        .ignorable(),
    }),
  },
})
