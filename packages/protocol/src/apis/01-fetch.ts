import { defineApi } from '../schema/api.ts'
import { array, bigint64, int8, int16, int32, int64, records, string, struct, uuid } from '../schema/field.ts'

/**
 * Reads records from partitions; waits for them if asked to.
 *
 * - 3: limit for the whole response, partitions in the order given
 * - 4: isolation level, record format v2; before it `records` holds a message set
 * - 5: log start offset
 * - 7: incremental fetch sessions (KIP-227)
 * - 9: leader epoch of the reader (KIP-320)
 * - 10: zstd allowed (KIP-110)
 * - 11: rack of the reader (KIP-392)
 * - 12: flexible, detection of diverging epochs
 * - 13: topic ids (KIP-516)
 * - 15: replica state instead of the replica id (KIP-903)
 * - 16: endpoints of new leaders (KIP-951)
 * - 17: directory id of a replica (KIP-853)
 * - 18: high watermark the replica knows (KIP-1166)
 */
export const Fetch = defineApi({
  key: 1,
  name: 'Fetch',
  versions: [0, 18],
  flexibleFrom: 12,
  request: {
    clusterId: string.nullable().default(null).since(12).tagged(0).ignorable(),
    replicaId: int32.default(-1).until(14),
    replicaState: struct({
      replicaId: int32.default(-1),
      replicaEpoch: int64.default(-1),
    })
      .since(15)
      .tagged(1),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(0x7fff_ffff).since(3).ignorable(),
    isolationLevel: int8.since(4).ignorable(),
    sessionId: int32.since(7).ignorable(),
    sessionEpoch: int32.default(-1).since(7).ignorable(),
    topics: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32.default(-1).since(9).ignorable(),
        fetchOffset: int64,
        lastFetchedEpoch: int32.default(-1).since(12),
        logStartOffset: int64.default(-1).since(5).ignorable(),
        partitionMaxBytes: int32,
        replicaDirectoryId: uuid.since(17).tagged(0).ignorable(),
        highWatermark: bigint64.default(9223372036854775807n).since(18).tagged(1).ignorable(), // bigint: its default is 2^63 - 1
      }),
    }),
    forgottenTopicsData: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array(int32),
    }).since(7),
    rackId: string.since(11).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16.since(7).ignorable(),
    sessionId: int32.since(7),
    responses: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        highWatermark: int64,
        lastStableOffset: int64.default(-1).since(4).ignorable(),
        logStartOffset: int64.default(-1).since(5).ignorable(),
        divergingEpoch: struct({
          epoch: int32.default(-1),
          endOffset: int64.default(-1),
        })
          .since(12)
          .tagged(0),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        })
          .since(12)
          .tagged(1),
        snapshotId: struct({
          endOffset: int64.default(-1),
          epoch: int32.default(-1),
        })
          .since(12)
          .tagged(2),
        abortedTransactions: array({
          producerId: int64,
          firstOffset: int64,
        })
          .nullable()
          .since(4)
          .ignorable(),
        preferredReadReplica: int32.default(-1).since(11),
        records: records.nullable(),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    })
      .since(16)
      .tagged(0),
  },
})
