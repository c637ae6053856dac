import { int8, int16, int32, int64, string } from '../schema/field.ts'
import { defineMetadataRecord } from './define-metadata-record.ts'

// Records of the cluster metadata about features, producer ids and the log itself.

/** A feature was finalized at a level; level 0 removes it. */
export const FeatureLevelRecord = defineMetadataRecord({
  apiKey: 12,
  name: 'FeatureLevelRecord',
  versions: [0, 0],
  fields: {
    name: string,
    featureLevel: int16,
  },
})

/** A block of producer ids was given to a broker: ids below `nextProducerId` are taken. */
export const ProducerIdsRecord = defineMetadataRecord({
  apiKey: 15,
  name: 'ProducerIdsRecord',
  versions: [0, 0],
  fields: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    nextProducerId: int64,
  },
})

/** Says nothing; written so that the log goes on. */
export const NoOpRecord = defineMetadataRecord({
  apiKey: 20,
  name: 'NoOpRecord',
  versions: [0, 0],
  fields: {},
})

/** A transaction of metadata begins (KIP-868). */
export const BeginTransactionRecord = defineMetadataRecord({
  apiKey: 23,
  name: 'BeginTransactionRecord',
  versions: [0, 0],
  fields: {
    name: string.nullable().default(null).tagged(0),
  },
})

/** The transaction of metadata is committed. */
export const EndTransactionRecord = defineMetadataRecord({
  apiKey: 24,
  name: 'EndTransactionRecord',
  versions: [0, 0],
  fields: {},
})

/** The transaction of metadata is aborted. */
export const AbortTransactionRecord = defineMetadataRecord({
  apiKey: 25,
  name: 'AbortTransactionRecord',
  versions: [0, 0],
  fields: {
    reason: string.nullable().default(null).tagged(0),
  },
})

/** Where the migration from ZooKeeper stood (3.x). */
export const ZkMigrationStateRecord = defineMetadataRecord({
  apiKey: 21,
  name: 'ZkMigrationStateRecord',
  versions: [0, 0],
  fields: {
    zkMigrationState: int8,
  },
})
