import { defineApi } from '../schema/api.ts'
import { int16, int32, int64, string } from '../schema/field.ts'

/**
 * Adds a group's offsets to a transaction (KIP-98).
 *
 * - 3: flexible
 * - 4: may answer TRANSACTION_ABORTABLE (KIP-890)
 */
export const AddOffsetsToTxn = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexibleFrom: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
  },
})
