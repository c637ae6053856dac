import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from './as-buffer.ts'

/** Kafka's "no id": sixteen zero bytes. */
export const nullUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

// 128 bits are 21 characters of 6 bits and one of 2, so the last one is A, Q, g or w.
const pattern = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Whether `text` is the text form of a uuid: 22 characters of base64url without padding. */
export function isUuid(text: string): boolean {
  return pattern.test(text)
}

/** Kafka's text form of the sixteen bytes at `position`. */
export function uuidFromBytes(bytes: Uint8Array, position = 0): string {
  return asBuffer(bytes).toString('base64url', position, position + 16)
}

/** The sixteen bytes of a uuid in Kafka's text form. Throws ProtocolError when it is not one. */
export function uuidToBytes(text: string): Buffer {
  if (!isUuid(text)) throw new ProtocolError(`not a uuid: ${JSON.stringify(text)}`)
  return Buffer.from(text, 'base64url')
}
