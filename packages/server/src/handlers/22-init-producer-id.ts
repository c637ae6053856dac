import { type ErrorName, errorCodes, InitProducerId, type RequestOf } from '@logan/protocol'
import { ChangeFailed } from '../cluster/change-failed.ts'
import { handler } from '../dispatch/handler.ts'

/**
 * InitProducerId v0-5: gives an idempotent producer its id (KIP-98), always a new one, whatever it had (KIP-360).
 * Left out: transactions. With a transactional id the answer is TRANSACTIONAL_ID_AUTHORIZATION_FAILED: every client gives up at once on
 * it, where those that say "not yet" are tried again for ever.
 */
export const initProducerId = handler(InitProducerId, { versions: [0, 5] }, async (request, { broker }) => {
  const refusal = refusalOf(request)
  if (refusal !== undefined) return failed(refusal)
  try {
    return { errorCode: errorCodes.NONE, producerId: await broker.producerIds.next(), producerEpoch: 0 }
  } catch (error) {
    if (!(error instanceof ChangeFailed)) throw error
    // Kafka's word for a block of ids that is on its way, which clients wait for.
    return failed(error.error === 'REQUEST_TIMED_OUT' ? 'COORDINATOR_LOAD_IN_PROGRESS' : error.error)
  }
})

function refusalOf({ transactionalId, producerId, producerEpoch }: RequestOf<typeof InitProducerId>): ErrorName | undefined {
  if ((producerId === -1) !== (producerEpoch === -1)) return 'INVALID_REQUEST'
  if (transactionalId === null) return undefined
  return transactionalId === '' ? 'INVALID_REQUEST' : 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
}

function failed(error: ErrorName) {
  return { errorCode: errorCodes[error], producerId: -1, producerEpoch: -1 }
}
