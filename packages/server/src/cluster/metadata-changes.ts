import {
  buildBatch,
  type DecodedMetadataRecord,
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecordInputOf,
  type MetadataRecordName,
} from '@logan/protocol'

/** A record that is to be written. */
export type MetadataChange = {
  [Name in MetadataRecordName]: { readonly name: Name; readonly message: MetadataRecordInputOf<Name> }
}[MetadataRecordName]

/** The level of metadata.version that the records here belong to: Apache Kafka 4.0 (4.0-IV3). */
export const metadataVersion = 25

/** Versions of records at that level, where they are not 0: directories of partitions (KIP-858). */
const versions: { readonly [Name in MetadataRecordName]?: number } = { PartitionRecord: 1, PartitionChangeRecord: 1 }

/** Bounds of one batch, both of them soft by one record. Kafka's are 10,000 records and 8 MiB. */
const batchRecords = 10_000
const batchBytes = 1024 * 1024

export interface EncodedChange {
  readonly batches: readonly Buffer[]
  /** The records as a reader of the log sees them, in order. */
  readonly records: readonly DecodedMetadataRecord[]
}

/**
 * Makes one change ready for the log: a single batch, which is there whole or not at all; when it is too large for one, several, between
 * the marks of a transaction (KIP-868), so that a reader takes all of them or none.
 */
export function encodeChange(changes: readonly MetadataChange[], timestampMs: number): EncodedChange {
  const values = changes.map(encode)
  const groups = split(values)
  const batches = groups.length > 1 ? split([encode(begin), ...values, encode(end)]) : groups
  return { batches: batches.map((group) => batchOf(group, timestampMs)), records: values.map((value) => decodeMetadataRecord(value)) }
}

/** The same without marks, for a snapshot, which is whole or nothing in another way. */
export function encodeBatches(changes: Iterable<MetadataChange>, timestampMs: number): Buffer[] {
  return split([...changes].map(encode)).map((group) => batchOf(group, timestampMs))
}

const begin: MetadataChange = { name: 'BeginTransactionRecord', message: {} }
const end: MetadataChange = { name: 'EndTransactionRecord', message: {} }

function encode({ name, message }: MetadataChange): Buffer {
  return encodeMetadataRecord(name, versions[name] ?? 0, message)
}

function split(values: readonly Buffer[]): Buffer[][] {
  const groups: Buffer[][] = []
  let group: Buffer[] = []
  let bytes = 0
  for (const value of values) {
    if (group.length === 0 || group.length >= batchRecords || bytes >= batchBytes) {
      group = []
      bytes = 0
      groups.push(group)
    }
    group.push(value)
    bytes += value.length
  }
  return groups
}

function batchOf(values: readonly Buffer[], timestamp: number): Buffer {
  return buildBatch({ records: values.map((value) => ({ value, timestamp })) })
}
