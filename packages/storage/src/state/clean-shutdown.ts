import { corrupt, type Decoded, decoded } from './decoded.ts'

/**
 * Text of `.kafka_cleanshutdown`. Its presence alone says that the logs were closed in order; the broker epoch goes with it (KIP-966,
 * -1 when there is none).
 */
export function encodeCleanShutdown(brokerEpoch: number): string {
  return JSON.stringify({ version: 0, brokerEpoch })
}

/** The broker epoch. Brokers before 4.0 left the file empty: corrupt here, yet the stop was a clean one. */
export function decodeCleanShutdown(text: string): Decoded<number> {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return corrupt('not JSON')
  }
  const brokerEpoch = typeof content === 'object' && content !== null && 'brokerEpoch' in content ? content.brokerEpoch : undefined
  return Number.isSafeInteger(brokerEpoch) ? decoded(brokerEpoch as number) : corrupt('brokerEpoch is not a number')
}
