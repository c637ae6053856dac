import { errorCodes, FindCoordinator } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import type { RequestContext } from '../dispatch/request-context.ts'

const keyTypes = { group: 0, transaction: 1, share: 2 } as const
const severalKeysSince = 4
const shareSince = 6

/**
 * FindCoordinator v0-6: which broker coordinates a group or a transactional id.
 * Kept: the form of every version. There are no coordinators yet, so the answer is COORDINATOR_NOT_AVAILABLE, which clients take for a
 * passing state. It is served all the same, because librdkafka before 1.9 takes a broker without it for too old for lz4.
 */
export const findCoordinator = handler(FindCoordinator, { versions: [0, 6] }, (request, context) => {
  const coordinator = { nodeId: -1, host: '', port: -1, ...refusal(request.keyType, context) }
  if (context.apiVersion < severalKeysSince) return coordinator
  return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...coordinator })) }
})

function refusal(keyType: number, { apiVersion }: RequestContext): { errorCode: number; errorMessage: string } {
  const isKnown = keyType === keyTypes.group || keyType === keyTypes.transaction || (keyType === keyTypes.share && apiVersion >= shareSince)
  if (!isKnown) return { errorCode: errorCodes.INVALID_REQUEST, errorMessage: `Unknown coordinator type id received ${keyType}` }
  return { errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE, errorMessage: 'The coordinator is not available.' }
}
