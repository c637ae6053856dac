import { ProtocolError } from '../protocol-error.ts'
import { decodeRest, encodeWhole, inApi } from '../schema/codec.ts'
import type { MessageInputOf, MessageOf } from '../schema/message.ts'
import { Reader } from '../wire/reader.ts'
import type { MetadataRecord } from './define-metadata-record.ts'
import {
  AbortTransactionRecord,
  BeginTransactionRecord,
  EndTransactionRecord,
  FeatureLevelRecord,
  NoOpRecord,
  ProducerIdsRecord,
  ZkMigrationStateRecord,
} from './metadata-log.ts'
import {
  BrokerRegistrationChangeRecord,
  FenceBrokerRecord,
  RegisterBrokerRecord,
  RegisterControllerRecord,
  UnfenceBrokerRecord,
  UnregisterBrokerRecord,
  UnregisterControllerRecord,
} from './metadata-nodes.ts'
import {
  AccessControlEntryRecord,
  ClientQuotaRecord,
  DelegationTokenRecord,
  RemoveAccessControlEntryRecord,
  RemoveDelegationTokenRecord,
  RemoveUserScramCredentialRecord,
  UserScramCredentialRecord,
} from './metadata-security.ts'
import { ClearElrRecord, ConfigRecord, PartitionChangeRecord, PartitionRecord, RemoveTopicRecord, TopicRecord } from './metadata-topics.ts'

/** The records of the topic __cluster_metadata and its snapshots, by name. The only list of them. */
export const metadataRecords = {
  RegisterBrokerRecord,
  UnregisterBrokerRecord,
  TopicRecord,
  PartitionRecord,
  ConfigRecord,
  PartitionChangeRecord,
  FenceBrokerRecord,
  UnfenceBrokerRecord,
  RemoveTopicRecord,
  DelegationTokenRecord,
  UserScramCredentialRecord,
  FeatureLevelRecord,
  ClientQuotaRecord,
  ProducerIdsRecord,
  BrokerRegistrationChangeRecord,
  AccessControlEntryRecord,
  RemoveAccessControlEntryRecord,
  NoOpRecord,
  ZkMigrationStateRecord,
  RemoveUserScramCredentialRecord,
  BeginTransactionRecord,
  EndTransactionRecord,
  AbortTransactionRecord,
  RemoveDelegationTokenRecord,
  RegisterControllerRecord,
  ClearElrRecord,
  UnregisterControllerRecord,
} as const

type Records = typeof metadataRecords
export type MetadataRecordName = keyof Records

/** A decoded record, e.g. `MetadataRecordOf<'TopicRecord'>`. */
export type MetadataRecordOf<N extends MetadataRecordName> = MessageOf<Records[N]['schema']>
/** What a record is encoded from: fields left out have their defaults. */
export type MetadataRecordInputOf<N extends MetadataRecordName> = MessageInputOf<Records[N]['schema']>

/** A record out of the log; `name` tells the type of the message. */
export type DecodedMetadataRecord = {
  [N in MetadataRecordName]: {
    readonly name: N
    readonly apiKey: Records[N]['apiKey']
    readonly version: number
    readonly message: MetadataRecordOf<N>
  }
}[MetadataRecordName]

const byKey: (MetadataRecord | undefined)[] = []
for (const record of Object.values(metadataRecords)) byKey[record.apiKey] = record

/** The frame around a record has a version of its own; so far there is one. */
const frameVersion = 1

/** Encodes the value of a record: frame version, key, version (as unsigned varints) and message. */
export function encodeMetadataRecord<N extends MetadataRecordName>(name: N, version: number, message: MetadataRecordInputOf<N>): Buffer {
  const { apiKey, schema } = metadataRecords[name]
  return encodeWhole(schema, version, message, (writer) => {
    writer.unsignedVarint(frameVersion)
    writer.unsignedVarint(apiKey)
    writer.unsignedVarint(version)
  })
}

/** Decodes the value of a record. Throws ProtocolError when it is malformed or its kind or version are unknown. */
export function decodeMetadataRecord(bytes: Uint8Array): DecodedMetadataRecord {
  const reader = new Reader(bytes)
  const { record, version } = inApi('Metadata record', () => readPrefix(reader))
  const { name, apiKey, schema } = record
  return { name, apiKey, version, message: decodeRest(schema, version, reader) } as unknown as DecodedMetadataRecord
}

function readPrefix(reader: Reader): { record: MetadataRecord; version: number } {
  const frame = reader.unsignedVarint()
  if (frame !== frameVersion) throw new ProtocolError(`unknown frame version ${frame}`, { position: 0 })
  const position = reader.position
  const apiKey = reader.unsignedVarint()
  const record = byKey[apiKey]
  if (record === undefined) throw new ProtocolError(`unknown kind ${apiKey}`, { position })
  return { record, version: reader.unsignedVarint() }
}
