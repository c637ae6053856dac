import { decodeRest, encodeWhole, inApi, readMessage } from '../schema/codec.ts'
import type { Input, Shape, Value } from '../schema/field.ts'
import type { MessageSchema } from '../schema/message.ts'
import { Reader } from '../wire/reader.ts'

/** Encodes a message that carries its own version in front, as int16. */
export function encodeVersionPrefixed<S extends Shape>(schema: MessageSchema<S>, version: number, message: Input<S>): Buffer {
  return encodeWhole(schema, version, message, (writer) => writer.int16(version))
}

/**
 * Decodes a message that carries its own version in front.
 *
 * `newer: 'as-newest'` reads a version above the known ones as the newest known and leaves the rest, as consumers of a group must do with
 * each other's subscriptions; by default such a version is refused.
 */
export function decodeVersionPrefixed<S extends Shape>(
  schema: MessageSchema<S>,
  bytes: Uint8Array,
  { newer = 'refuse' }: { readonly newer?: 'refuse' | 'as-newest' } = {},
): { version: number; message: Value<S> } {
  const reader = new Reader(bytes)
  const version = inApi(schema.name, () => reader.int16())
  const newest = schema.versions[1]
  if (newer === 'as-newest' && version > newest) return { version, message: readMessage(schema, newest, reader) }
  return { version, message: decodeRest(schema, version, reader) }
}
