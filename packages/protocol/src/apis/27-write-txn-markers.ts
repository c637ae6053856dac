import { defineApi } from '../schema/api.ts'
import { array, bool, int8, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Sent by a transaction coordinator: writes commit or abort markers (KIP-98).
 *
 * - 1: flexible
 * - 2: transaction version (KIP-1228)
 */
export const WriteTxnMarkers = defineApi({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [0, 2],
  flexibleFrom: 1,
  request: {
    markers: array({
      producerId: int64,
      producerEpoch: int16,
      transactionResult: bool,
      topics: array({
        name: string,
        partitionIndexes: array(int32),
      }),
      coordinatorEpoch: int32,
      transactionVersion: int8.since(2).ignorable(),
    }),
  },
  response: {
    markers: array({
      producerId: int64,
      topics: array({
        name: string,
        partitions: array({
          partitionIndex: int32,
          errorCode: int16,
        }),
      }),
    }),
  },
})
