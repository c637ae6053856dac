import { defineApi } from '../schema/api.ts'
import { array, int16, int32, int64, records, string, struct, uuid } from '../schema/field.ts'

/**
 * Appends records to partitions.
 *
 * - 3: record format v2 and transactional id; before it `records` holds a message set of magic 0 or 1
 * - 7: zstd allowed (KIP-110)
 * - 8: errors per record (KIP-467)
 * - 9: flexible
 * - 10: current leader and its endpoint on NOT_LEADER (KIP-951)
 * - 12: adds the partition to the transaction by itself (KIP-890)
 * - 13: topic ids instead of names (KIP-516)
 */
export const Produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: [0, 13],
  flexibleFrom: 9,
  request: {
    transactionalId: string.nullable().default(null).since(3),
    acks: int16,
    timeoutMs: int32,
    topicData: array({
      name: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitionData: array({
        index: int32,
        records: records.nullable(),
      }),
    }),
  },
  response: {
    responses: array({
      name: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitionResponses: array({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: int64.default(-1).since(2).ignorable(),
        logStartOffset: int64.default(-1).since(5).ignorable(),
        recordErrors: array({
          batchIndex: int32,
          batchIndexErrorMessage: string.nullable().default(null),
        })
          .since(8)
          .ignorable(),
        errorMessage: string.nullable().default(null).since(8).ignorable(),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        })
          .since(10)
          .tagged(0),
      }),
    }),
    throttleTimeMs: int32.since(1).ignorable(),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    })
      .since(10)
      .tagged(0),
  },
})
