import { type ApiKey, apiByKey, type apis } from './apis/index.ts'
import { ProtocolError } from './protocol-error.ts'
import type { Api, RequestInputOf, RequestOf, ResponseInputOf, ResponseOf } from './schema/api.ts'
import { type DecodeOptions, decodeMessage, encodeMessage } from './schema/codec.ts'

type Apis = typeof apis

/** The declaration behind an API key; that of any API for a key known only at run time. */
export type ApiOf<K extends number> = K extends ApiKey ? { [N in keyof Apis]: Apis[N]['key'] extends K ? Apis[N] : never }[keyof Apis] : Api

/** The API behind a key. Throws ProtocolError when there is none. */
export function knownApi(apiKey: number): Api {
  const api = apiByKey(apiKey)
  if (api === undefined) throw new ProtocolError(`unknown API key ${apiKey}`)
  return api
}

/**
 * Decodes the body of a request, `bytes` being the body alone. Byte fields and records are views into `bytes`.
 * Throws ProtocolError when the bytes are malformed or API or version are unknown. Bytes after the end are refused unless the options
 * say otherwise; Apache Kafka's broker ignores them.
 */
export function decodeRequest<K extends number>(
  apiKey: K,
  version: number,
  bytes: Uint8Array,
  options?: DecodeOptions,
): RequestOf<ApiOf<K>> {
  return decodeMessage(knownApi(apiKey).request, version, bytes, options) as RequestOf<ApiOf<K>>
}

/** Decodes the body of a response; see `decodeRequest`. */
export function decodeResponse<K extends number>(
  apiKey: K,
  version: number,
  bytes: Uint8Array,
  options?: DecodeOptions,
): ResponseOf<ApiOf<K>> {
  return decodeMessage(knownApi(apiKey).response, version, bytes, options) as ResponseOf<ApiOf<K>>
}

/**
 * Encodes the body of a request. Fields left out have Kafka's defaults.
 * Returns one array, or several to be sent one after the other: large byte fields and records are not copied but stand among them, and
 * must not change until they are sent.
 * Throws ProtocolError when a value does not fit its field, or a field is set that the version cannot carry and that is not ignorable.
 */
export function encodeRequest<K extends number>(apiKey: K, version: number, message: RequestInputOf<ApiOf<K>>): Uint8Array | Uint8Array[] {
  return encodeMessage(knownApi(apiKey).request, version, message)
}

/** Encodes the body of a response; see `encodeRequest`. */
export function encodeResponse<K extends number>(
  apiKey: K,
  version: number,
  message: ResponseInputOf<ApiOf<K>>,
): Uint8Array | Uint8Array[] {
  return encodeMessage(knownApi(apiKey).response, version, message)
}
