import { defineApi } from '../schema/api.ts'
import { bool, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Commits or aborts a transaction (KIP-98).
 *
 * - 3: flexible
 * - 4: may answer TRANSACTION_ABORTABLE (KIP-890)
 * - 5: the epoch is raised with every transaction (KIP-890)
 */
export const EndTxn = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexibleFrom: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.default(-1).since(5).ignorable(),
    producerEpoch: int16.default(-1).since(5).ignorable(),
  },
})
