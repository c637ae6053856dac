import { defineApi } from '../schema/api.ts'
import { array, bigint64, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Lists the transactions a broker coordinates (KIP-664).
 *
 * - 1: filter by duration (KIP-994)
 * - 2: filter by a pattern (KIP-1152)
 */
export const ListTransactions = defineApi({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: bigint64.default(-1n).since(1), // bigint: the client chooses it
    transactionalIdPattern: string.nullable().default(null).since(2),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array({
      transactionalId: string,
      producerId: int64,
      transactionState: string,
    }),
  },
})
