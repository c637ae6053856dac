import { corrupt, type Decoded, decoded, parseInteger } from './decoded.ts'
import { formatJavaProperties, parseJavaProperties } from './java-properties.ts'

/** Who a log directory belongs to: `meta.properties` version 1, as Kafka's KRaft brokers write it. */
export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Missing in directories from before Kafka 3.7. */
  readonly directoryId: string | undefined
}

/** `nowMs` goes into the comment that Java puts there. */
export function encodeMetaProperties({ clusterId, nodeId, directoryId }: MetaProperties, nowMs: number): string {
  return formatJavaProperties(
    ['', javaDate(nowMs)],
    [
      ['cluster.id', clusterId],
      ...(directoryId === undefined ? [] : [['directory.id', directoryId] as const]),
      ['node.id', String(nodeId)],
      ['version', '1'],
    ],
  )
}

/** Unknown keys are let be. A version 0 (ZooKeeper's) is refused: its node id stands under another name, and its logs under other rules. */
export function decodeMetaProperties(text: string): Decoded<MetaProperties> {
  const properties = parseJavaProperties(text)
  const version = properties.get('version')
  if (version !== '1') return corrupt(version === undefined ? 'no version' : `version ${version} where 1 was expected`)
  const clusterId = properties.get('cluster.id')
  if (clusterId === undefined || clusterId === '') return corrupt('no cluster.id')
  const nodeId = parseInteger(properties.get('node.id') ?? '')
  if (nodeId === undefined || nodeId < 0) return corrupt('no node.id')
  return decoded({ clusterId, nodeId, directoryId: properties.get('directory.id') })
}

/** As Java's `Date.toString` in UTC, e.g. `Thu Nov 24 11:26:12 UTC 2026`. */
function javaDate(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ')
  return `${weekday} ${month} ${day} ${time} UTC ${year}`
}
