import { defineApi } from '../schema/api.ts'
import { array, bool, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Tells which APIs and versions a broker serves. The response header is always version 0, so that any client can read it.
 *
 * - 3: flexible; name and version of the client's software (KIP-511), features (KIP-584)
 * - 4: the least version of a feature may be 0
 * - 5: cluster id and node id the client expects (KIP-1242)
 */
export const ApiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 5],
  stableVersions: [0, 4],
  flexibleFrom: 3,
  request: {
    clientSoftwareName: string.since(3).ignorable(),
    clientSoftwareVersion: string.since(3).ignorable(),
    clusterId: string.nullable().default(null).since(5).ignorable(),
    nodeId: int32.default(-1).since(5).ignorable(),
  },
  response: {
    errorCode: int16,
    apiKeys: array({
      apiKey: int16,
      minVersion: int16,
      maxVersion: int16,
    }),
    throttleTimeMs: int32.since(1).ignorable(),
    supportedFeatures: array({
      name: string,
      minVersion: int16,
      maxVersion: int16,
    })
      .since(3)
      .tagged(0)
      .ignorable(),
    finalizedFeaturesEpoch: int64.default(-1).since(3).tagged(1).ignorable(),
    finalizedFeatures: array({
      name: string,
      maxVersionLevel: int16,
      minVersionLevel: int16,
    })
      .since(3)
      .tagged(2)
      .ignorable(),
    zkMigrationReady: bool.since(3).tagged(3).ignorable(),
  },
})
