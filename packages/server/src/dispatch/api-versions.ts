import { Produce } from '@logan/protocol'
import type { Handler } from './handler.ts'
import type { ApiRange } from './request-context.ts'

/**
 * What is advertised: the versions that are served, by ascending key; with one exception. Old librdkafka takes a broker without Produce v0
 * for one without message timestamps and compression, so Produce stands from 0 as in Apache Kafka 4, and v0-2 are refused when used (KAFKA-18659).
 */
export function advertisedRanges(handlers: readonly Handler[]): ApiRange[] {
  return handlers
    .map(({ api, versions: [minVersion, maxVersion] }) => ({
      apiKey: api.key,
      minVersion: api.key === Produce.key ? 0 : minVersion,
      maxVersion,
    }))
    .sort((one, other) => one.apiKey - other.apiKey)
}
