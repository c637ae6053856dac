import { array, int8, int16, int32, int64, string } from '../schema/field.ts'
import { defineCoordinatorRecord } from './define-coordinator-record.ts'

// Records of __transaction_state.

/**
 * A transaction: its producer, state and partitions.
 *
 * - 1: flexible, transaction version (KIP-890)
 */
export const TransactionLog = defineCoordinatorRecord({
  type: 0,
  name: 'TransactionLog',
  key: {
    transactionalId: string,
  },
  value: {
    versions: [0, 1],
    flexibleFrom: 1,
    fields: {
      producerId: int64,
      previousProducerId: int64.default(-1).since(1).tagged(0),
      nextProducerId: int64.default(-1).since(1).tagged(1),
      producerEpoch: int16,
      nextProducerEpoch: int16.default(-1).since(1).tagged(3),
      transactionTimeoutMs: int32,
      transactionStatus: int8,
      transactionPartitions: array({
        topic: string,
        partitionIds: array(int32),
      }).nullable(),
      transactionLastUpdateTimestampMs: int64,
      transactionStartTimestampMs: int64,
      clientTransactionVersion: int16.since(1).tagged(2),
    },
  },
})
