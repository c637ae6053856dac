import { apiByKey } from './apis/index.ts'
import { ProtocolError } from './protocol-error.ts'
import { readMessage } from './schema/codec.ts'
import { int16, int32, string } from './schema/field.ts'
import { defineMessage } from './schema/message.ts'
import { Reader, type UnknownTaggedField } from './wire/reader.ts'

/** 0: only ControlledShutdown v0 of old had it. 1: client id. 2: flexible. */
export const RequestHeaderSchema = defineMessage({
  name: 'Request header',
  versions: [0, 2],
  flexibleFrom: 2,
  fields: {
    requestApiKey: int16,
    requestApiVersion: int16,
    correlationId: int32,
    // Readable by a broker that does not know the version of ApiVersions the client speaks, hence never compact (KIP-511).
    clientId: string.nullable().since(1).ignorable().neverCompact(),
  },
})

export const ResponseHeaderSchema = defineMessage({
  name: 'Response header',
  versions: [0, 1],
  flexibleFrom: 1,
  fields: { correlationId: int32 },
})

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly unknownTaggedFields?: readonly UnknownTaggedField[] | undefined
}

export interface ResponseHeader {
  readonly correlationId: number
  readonly unknownTaggedFields?: readonly UnknownTaggedField[] | undefined
}

const apiVersionsKey = 18

/** 2 from the API's first flexible version on, versions unknown here included; else 1. */
export function requestHeaderVersion(apiKey: number, apiVersion: number): 1 | 2 {
  return isFlexible(apiKey, apiVersion) ? 2 : 1
}

/** 1 from the API's first flexible version on, else 0. Always 0 for ApiVersions: its answer must be readable by any client (KIP-511). */
export function responseHeaderVersion(apiKey: number, apiVersion: number): 0 | 1 {
  return apiKey !== apiVersionsKey && isFlexible(apiKey, apiVersion) ? 1 : 0
}

function isFlexible(apiKey: number, apiVersion: number): boolean {
  const api = apiByKey(apiKey)
  if (api === undefined) throw new ProtocolError(`unknown API key ${apiKey}`)
  return api.flexibleFrom !== null && apiVersion >= api.flexibleFrom
}

/**
 * Reads the header of a request frame (without its length prefix) and tells where the body begins.
 *
 * Works for every version of a known API, also for one from the future: the broker answers those, by ApiVersions v0 for instance.
 * Throws ProtocolError when the key is unknown, since nobody can tell then where the header ends.
 */
export function decodeRequestHeader(frame: Uint8Array): { header: RequestHeader; bodyOffset: number } {
  const reader = new Reader(frame)
  const header = readRequestHeader(reader)
  return { header, bodyOffset: reader.position }
}

export function readRequestHeader(reader: Reader): RequestHeader {
  const fields = readMessage(RequestHeaderSchema, peekHeaderVersion(reader), reader)
  const { requestApiKey: apiKey, requestApiVersion: apiVersion, correlationId, clientId, unknownTaggedFields } = fields
  const header = { apiKey, apiVersion, correlationId, clientId }
  return unknownTaggedFields === undefined ? header : { ...header, unknownTaggedFields }
}

/** The version of the header follows from the API key and version it begins with. */
function peekHeaderVersion({ buffer, position, end }: Reader): 1 | 2 {
  if (end - position < 4)
    throw new ProtocolError(`a header cannot be in ${end - position} bytes`, { api: RequestHeaderSchema.name, position })
  const apiKey = buffer.readInt16BE(position)
  if (apiByKey(apiKey) === undefined) throw new ProtocolError(`unknown API key ${apiKey}`, { api: RequestHeaderSchema.name, position })
  return requestHeaderVersion(apiKey, buffer.readInt16BE(position + 2))
}
