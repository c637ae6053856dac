import type { apis } from './apis/index.ts'
import {
  type RequestHeader,
  RequestHeaderSchema,
  type ResponseHeader,
  ResponseHeaderSchema,
  readRequestHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from './header.ts'
import { type ApiOf, knownApi } from './messages.ts'
import type { RequestInputOf, RequestOf, ResponseInputOf, ResponseOf } from './schema/api.ts'
import { type DecodeOptions, decodeRest, readMessage, writeMessage } from './schema/codec.ts'
import { Reader } from './wire/reader.ts'
import { Writer } from './wire/writer.ts'

// Encoded frames begin with their four-byte length, ready for a socket. Decoded ones are given without it, as FrameSplitter yields them.

type Apis = typeof apis

/** A decoded request; `name` tells the type of the body. */
export type RequestFrame = {
  [N in keyof Apis]: { readonly name: N; readonly header: RequestHeader; readonly body: RequestOf<Apis[N]> }
}[keyof Apis]

/** Decodes header and body of a request, given without the length prefix. */
export function decodeRequestFrame(frame: Uint8Array, { trailingBytes = 'refuse' }: DecodeOptions = {}): RequestFrame {
  const reader = new Reader(frame)
  const header = readRequestHeader(reader)
  const api = knownApi(header.apiKey)
  const read = trailingBytes === 'refuse' ? decodeRest : readMessage
  const body = read(api.request, header.apiVersion, reader)
  return { name: api.name, header, body } as unknown as RequestFrame
}

/** Decodes header and body of the response to a request of this API and version, given without the length prefix. */
export function decodeResponseFrame<K extends number>(
  apiKey: K,
  version: number,
  frame: Uint8Array,
  { trailingBytes = 'refuse' }: DecodeOptions = {},
): { header: ResponseHeader; body: ResponseOf<ApiOf<K>> } {
  const { response } = knownApi(apiKey)
  const reader = new Reader(frame)
  const header = readMessage(ResponseHeaderSchema, responseHeaderVersion(apiKey, version), reader)
  const read = trailingBytes === 'refuse' ? decodeRest : readMessage
  return { header, body: read(response, version, reader) as ResponseOf<ApiOf<K>> }
}

/** Encodes length, header and body of a request: the parts to be sent one after the other. */
export function encodeRequestFrame<K extends number>(
  header: RequestHeader & { readonly apiKey: K },
  message: RequestInputOf<ApiOf<K>>,
): Uint8Array[] {
  const { apiKey, apiVersion, ...rest } = header
  return encodeFrame((writer) => {
    const fields = { ...rest, requestApiKey: apiKey, requestApiVersion: apiVersion }
    writeMessage(RequestHeaderSchema, requestHeaderVersion(apiKey, apiVersion), writer, fields)
    writeMessage(knownApi(apiKey).request, apiVersion, writer, message)
  })
}

/** Encodes length, header and body of a response: the parts to be sent one after the other. */
export function encodeResponseFrame<K extends number>(
  apiKey: K,
  version: number,
  correlationId: number,
  message: ResponseInputOf<ApiOf<K>>,
): Uint8Array[] {
  return encodeFrame((writer) => {
    writeMessage(ResponseHeaderSchema, responseHeaderVersion(apiKey, version), writer, { correlationId })
    writeMessage(knownApi(apiKey).response, version, writer, message)
  })
}

function encodeFrame(write: (writer: Writer) => void): Uint8Array[] {
  const writer = new Writer()
  writer.int32(0)
  write(writer)
  writer.patchInt32(0, writer.length - 4)
  return writer.finishParts()
}
