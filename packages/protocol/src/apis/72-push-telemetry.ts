import { defineApi } from '../schema/api.ts'
import { bool, bytes, int8, int16, int32, uuid } from '../schema/field.ts'

/**
 * Pushes a client's metrics (KIP-714).
 */
export const PushTelemetry = defineApi({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexibleFrom: 0,
  request: {
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: bool,
    compressionType: int8,
    metrics: bytes,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
  },
})
