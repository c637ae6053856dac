import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import type { Input, Shape, Value } from './field.ts'

/** Inclusive. */
export type VersionRange = readonly [from: number, to: number]

export interface MessageOptions<S extends Shape> {
  /** As errors call it, e.g. `Produce request`. */
  readonly name: string
  readonly versions: VersionRange
  /** First version with compact encodings and tag sections (KIP-482); null when no version has them. */
  readonly flexibleFrom: number | null
  readonly fields: S
}

/**
 * The declaration of one message in all its versions: half of an API, a header, or a record of an internal topic.
 * It holds the codecs made for it so far, by version; see codec.ts.
 */
export class MessageSchema<S extends Shape> {
  readonly name: string
  readonly versions: VersionRange
  readonly flexibleFrom: number | null
  readonly fields: S
  readonly decoders: ((reader: Reader) => unknown)[] = []
  readonly encoders: ((writer: Writer, message: unknown) => void)[] = []

  constructor({ name, versions, flexibleFrom, fields }: MessageOptions<S>) {
    this.name = name
    this.versions = versions
    this.flexibleFrom = flexibleFrom
    this.fields = fields
  }
}

export function defineMessage<const S extends Shape>(options: MessageOptions<S>): MessageSchema<S> {
  return new MessageSchema(options)
}

/** What decoding a message gives. */
export type MessageOf<M extends MessageSchema<any>> = M extends MessageSchema<infer S> ? Value<S> : never

/** What encoding a message takes. */
export type MessageInputOf<M extends MessageSchema<any>> = M extends MessageSchema<infer S> ? Input<S> : never
