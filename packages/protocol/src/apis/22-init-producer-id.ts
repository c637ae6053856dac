import { defineApi } from '../schema/api.ts'
import { bool, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Gives an idempotent or transactional producer its id and epoch (KIP-98).
 *
 * - 2: flexible
 * - 3: a producer may ask to go on with the id it has (KIP-360)
 * - 5: may answer TRANSACTION_ABORTABLE (KIP-890)
 * - 6: two-phase commit (KIP-939), unreleased
 */
export const InitProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  stableVersions: [0, 5],
  flexibleFrom: 2,
  request: {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.default(-1).since(3),
    producerEpoch: int16.default(-1).since(3),
    enable2Pc: bool.since(6),
    keepPreparedTxn: bool.since(6),
  },
  response: {
    throttleTimeMs: int32.ignorable(),
    errorCode: int16,
    producerId: int64.default(-1),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.default(-1).since(6),
    ongoingTxnProducerEpoch: int16.default(-1).since(6),
  },
})
