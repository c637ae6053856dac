import { defineApi } from '../schema/api.ts'
import { int16, int32, string } from '../schema/field.ts'

/**
 * Removes a controller's registration, unreleased.
 */
export const UnregisterController = defineApi({
  key: 94,
  name: 'UnregisterController',
  versions: [0, 0],
  stableVersions: null,
  flexibleFrom: 0,
  request: {
    controllerId: int32,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
  },
})
