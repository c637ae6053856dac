export { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from './apis/consumer-protocol.ts'
export { DefaultPrincipalData } from './apis/default-principal.ts'
export * from './apis/index.ts'
export * from './compression/index.ts'
export * from './error-codes.ts'
export {
  decodeRequestFrame,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
  type RequestFrame,
} from './frame.ts'
export { FrameSplitter } from './frame-splitter.ts'
export { decodeRequestHeader, type RequestHeader, type ResponseHeader, requestHeaderVersion, responseHeaderVersion } from './header.ts'
export * from './internal-records/control-records.ts'
export * from './internal-records/coordinator-records.ts'
export * from './internal-records/metadata-records.ts'
export { decodeVersionPrefixed, encodeVersionPrefixed } from './internal-records/version-prefixed.ts'
export { type ApiOf, decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './messages.ts'
export { ProtocolError, type ProtocolErrorContext } from './protocol-error.ts'
export * from './records/index.ts'
export type { Api, RequestInputOf, RequestOf, ResponseInputOf, ResponseOf } from './schema/api.ts'
export type { DecodeOptions } from './schema/codec.ts'
export type { MessageInputOf, MessageOf, MessageSchema, VersionRange } from './schema/message.ts'
export { crc32, crc32c } from './wire/crc.ts'
export type { UnknownTaggedField } from './wire/reader.ts'
export { isUuid, nullUuid, uuidFromBytes, uuidToBytes } from './wire/uuid.ts'
export * from './wire/varint.ts'
