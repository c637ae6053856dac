import type { Shape } from '../schema/field.ts'
import { MessageSchema, type VersionRange } from '../schema/message.ts'

/** A kind of record in the log of cluster metadata. All of them are flexible from version 0 on. */
export interface MetadataRecord<K extends number = number, N extends string = string, S extends Shape = any> {
  readonly apiKey: K
  readonly name: N
  readonly schema: MessageSchema<S>
}

export function defineMetadataRecord<const K extends number, const N extends string, const S extends Shape>(options: {
  readonly apiKey: K
  readonly name: N
  readonly versions: VersionRange
  readonly fields: S
}): MetadataRecord<K, N, S> {
  const { apiKey, name, versions, fields } = options
  return { apiKey, name, schema: new MessageSchema({ name, versions, flexibleFrom: 0, fields }) }
}
