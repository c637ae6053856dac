import { defineApi } from '../schema/api.ts'
import { array, int8, int16, int32, string } from '../schema/field.ts'

/**
 * Finds the broker that coordinates a group, a transactional id or a share partition.
 *
 * - 1: key type
 * - 3: flexible
 * - 4: several keys at once (KIP-699)
 * - 5: may answer TRANSACTION_ABORTABLE (KIP-890)
 * - 6: share groups (KIP-932)
 */
export const FindCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleFrom: 3,
  request: {
    key: string.until(3),
    keyType: int8.since(1),
    coordinatorKeys: array(string).since(4),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16.until(3),
    errorMessage: string.nullable().since(1).until(3).ignorable(),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: string.nullable().ignorable(),
    }).since(4),
  },
})
