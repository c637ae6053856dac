import { defineApi } from '../schema/api.ts'
import { array, bool, int8, int16, int32, string } from '../schema/field.ts'

/**
 * Replaces all configs of resources; superseded by IncrementalAlterConfigs.
 *
 * - 2: flexible
 */
export const AlterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.nullable(),
      }),
    }),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    responses: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
    }),
  },
})
