import { ApiVersions, errorCodes, type RequestOf, type ResponseInputOf } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import type { ApiRange } from '../dispatch/request-context.ts'

const softwareNamesSince = 3
/** The first version in which a feature's least version may be 0 (KAFKA-17011). */
const featuresFromZeroSince = 4
/** KIP-511: what a client may call itself. */
const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

/**
 * ApiVersions v0-4: which APIs and versions this broker serves.
 * Kept: names of client software checked (v3, KIP-511), features (v3, KIP-584). A version from the future is answered in v0 (KIP-511) by
 * `unsupportedApiVersions`: its body cannot be read.
 * Left out: v5 (KIP-1242), which no stable release of Kafka serves.
 */
export const apiVersions = handler(ApiVersions, { versions: [0, 4] }, (request, { apiVersion, apiRanges, broker }) => {
  if (apiVersion >= softwareNamesSince && !namesItself(request)) return { errorCode: errorCodes.INVALID_REQUEST }
  const supported = features.filter(({ minVersion }) => minVersion > 0 || apiVersion >= featuresFromZeroSince)
  return {
    errorCode: errorCodes.NONE,
    apiKeys: [...apiRanges],
    supportedFeatures: supported.map(({ name, minVersion, maxVersion }) => ({ name, minVersion, maxVersion })),
    // As in Kafka the epoch is the offset of the metadata in force; below 0 clients would take the features for unknown.
    finalizedFeaturesEpoch: Math.max(0, broker.image().offset),
    finalizedFeatures: features.map(({ name, finalized }) => ({ name, minVersionLevel: finalized, maxVersionLevel: finalized })),
  }
})

/**
 * Cluster-wide features (KIP-584): only what is served. `metadata.version` 25 is Apache Kafka 4.0 and says which metadata records may be in
 * use; 7 is the least that Kafka 4 supports. Groups and transactions (`group.version`, `transaction.version`) appear with their APIs.
 */
const features = [{ name: 'metadata.version', minVersion: 7, maxVersion: 25, finalized: 25 }] as const

function namesItself({ clientSoftwareName, clientSoftwareVersion }: RequestOf<typeof ApiVersions>): boolean {
  return softwareName.test(clientSoftwareName) && softwareName.test(clientSoftwareVersion)
}

/** The v0 answer to a version not served: the error and, so that the client can ask again, the versions of ApiVersions alone (KIP-511). */
export function unsupportedApiVersions(apiRanges: readonly ApiRange[]): ResponseInputOf<typeof ApiVersions> {
  return { errorCode: errorCodes.UNSUPPORTED_VERSION, apiKeys: apiRanges.filter(({ apiKey }) => apiKey === ApiVersions.key) }
}
