import { ProtocolError, type ProtocolErrorContext } from '../protocol-error.ts'
import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import { compileDecoder, compileEncoder } from './compile.ts'
import type { Input, Shape, Value } from './field.ts'
import { type Decode, type Encode, interpretDecoder, interpretEncoder } from './interpret.ts'
import type { MessageSchema } from './message.ts'
import { planMessage } from './plan.ts'

/** Reads a message from where the reader stands; what follows it is left alone. */
export function readMessage<S extends Shape>(schema: MessageSchema<S>, version: number, reader: Reader): Value<S> {
  const decode = schema.decoders[version] ?? makeDecoder(schema, version)
  const start = reader.position
  try {
    return decode(reader) as Value<S>
  } catch (error) {
    throw explain(error, schema, version, () => interpretDecoder(planMessage(schema, version))(new Reader(reader.buffer, start)))
  }
}

/** Writes a message after what the writer holds already. */
export function writeMessage<S extends Shape>(schema: MessageSchema<S>, version: number, writer: Writer, message: Input<S>): void {
  const encode = schema.encoders[version] ?? makeEncoder(schema, version)
  try {
    encode(writer, message)
  } catch (error) {
    throw explain(error, schema, version, () => interpretEncoder(planMessage(schema, version))(new Writer(), message))
  }
}

/** Whether bytes after the end of a message are an error. */
export interface DecodeOptions {
  /** `refuse` by default. Apache Kafka's brokers and clients ignore such bytes. */
  readonly trailingBytes?: 'refuse' | 'ignore'
}

export function decodeMessage<S extends Shape>(
  schema: MessageSchema<S>,
  version: number,
  bytes: Uint8Array,
  { trailingBytes = 'refuse' }: DecodeOptions = {},
): Value<S> {
  const reader = new Reader(bytes)
  return trailingBytes === 'refuse' ? decodeRest(schema, version, reader) : readMessage(schema, version, reader)
}

/** Reads a message that must end where the bytes end. */
export function decodeRest<S extends Shape>(schema: MessageSchema<S>, version: number, reader: Reader): Value<S> {
  const message = readMessage(schema, version, reader)
  const { remaining, position } = reader
  if (remaining === 0) return message
  throw new ProtocolError(`${remaining} bytes after the end of the message`, { api: schema.name, version, position })
}

export function encodeMessage<S extends Shape>(schema: MessageSchema<S>, version: number, message: Input<S>): Uint8Array | Uint8Array[] {
  const writer = new Writer()
  writeMessage(schema, version, writer, message)
  return writer.finish()
}

/** Encodes what `prefix` writes and then a message, into one array that shares no memory with the message. */
export function encodeWhole<S extends Shape>(
  schema: MessageSchema<S>,
  version: number,
  message: Input<S>,
  prefix: (writer: Writer) => void,
): Buffer {
  const writer = new Writer({ borrow: false })
  prefix(writer)
  writeMessage(schema, version, writer, message)
  return writer.finishOne()
}

function makeDecoder(schema: MessageSchema<any>, version: number): Decode {
  const decode = compileDecoder(planMessage(schema, version))
  schema.decoders[version] = decode
  return decode
}

function makeEncoder(schema: MessageSchema<any>, version: number): Encode {
  const encode = compileEncoder(planMessage(schema, version))
  schema.encoders[version] = encode
  return encode
}

/**
 * The compiled codec knows what was wrong but not in which field. So the plain one, which keeps track of it, goes over the same again.
 */
function explain(error: unknown, schema: MessageSchema<any>, version: number, repeat: () => void): unknown {
  if (!(error instanceof ProtocolError)) return error
  try {
    repeat()
  } catch (again) {
    if (again instanceof ProtocolError) return withContext(again, { api: schema.name, version })
  }
  return withContext(error, { api: schema.name, version })
}

/** Runs `step`; a ProtocolError out of it names `api`. */
export function inApi<T>(api: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw error instanceof ProtocolError ? withContext(error, { api }) : error
  }
}

function withContext({ reason, field, position }: ProtocolError, context: ProtocolErrorContext): ProtocolError {
  return new ProtocolError(reason, {
    ...context,
    ...(field === undefined ? {} : { field }),
    ...(position === undefined ? {} : { position }),
  })
}
