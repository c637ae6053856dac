import { array, bool, int8, int16, int32, int64, string, uint16, uuid } from '../schema/field.ts'
import { defineMetadataRecord } from './define-metadata-record.ts'

// Records of the cluster metadata about brokers and controllers.

/**
 * A broker has registered, with the epoch of its registration and what it offers.
 *
 * - 1: controlled shutdown
 * - 2: migration from ZooKeeper
 * - 3: log directories (KIP-858)
 * - 4: cordoned log directories
 */
export const RegisterBrokerRecord = defineMetadataRecord({
  apiKey: 0,
  name: 'RegisterBrokerRecord',
  versions: [0, 4],
  fields: {
    brokerId: int32,
    isMigratingZkBroker: bool.since(2),
    incarnationId: uuid,
    brokerEpoch: int64,
    endPoints: array({
      name: string,
      host: string,
      port: uint16,
      securityProtocol: int16,
    }),
    features: array({
      name: string,
      minSupportedVersion: int16,
      maxSupportedVersion: int16,
    }),
    rack: string.nullable(),
    fenced: bool.default(true),
    inControlledShutdown: bool.since(1),
    logDirs: array(uuid).since(3).tagged(0),
    cordonedLogDirs: array(uuid).nullable().default(null).since(4).tagged(1),
  },
})

/**
 * A broker's registration has changed: fenced, shutting down, directories.
 *
 * - 1: controlled shutdown
 * - 2: log directories (KIP-858)
 * - 3: cordoned log directories
 */
export const BrokerRegistrationChangeRecord = defineMetadataRecord({
  apiKey: 17,
  name: 'BrokerRegistrationChangeRecord',
  versions: [0, 3],
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
    fenced: int8.tagged(0),
    inControlledShutdown: int8.since(1).tagged(1),
    logDirs: array(uuid).since(2).tagged(2),
    cordonedLogDirs: array(uuid).nullable().default(null).since(3).tagged(3),
  },
})

/** A broker was fenced. Superseded by BrokerRegistrationChangeRecord. */
export const FenceBrokerRecord = defineMetadataRecord({
  apiKey: 7,
  name: 'FenceBrokerRecord',
  versions: [0, 0],
  fields: {
    id: int32,
    epoch: int64,
  },
})

/** A broker was unfenced. Superseded by BrokerRegistrationChangeRecord. */
export const UnfenceBrokerRecord = defineMetadataRecord({
  apiKey: 8,
  name: 'UnfenceBrokerRecord',
  versions: [0, 0],
  fields: {
    id: int32,
    epoch: int64,
  },
})

/** A broker was removed from the cluster. */
export const UnregisterBrokerRecord = defineMetadataRecord({
  apiKey: 1,
  name: 'UnregisterBrokerRecord',
  versions: [0, 0],
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
  },
})

/** A controller has registered (KIP-919). */
export const RegisterControllerRecord = defineMetadataRecord({
  apiKey: 27,
  name: 'RegisterControllerRecord',
  versions: [0, 0],
  fields: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
    endPoints: array({
      name: string,
      host: string,
      port: uint16,
      securityProtocol: int16,
    }),
    features: array({
      name: string,
      minSupportedVersion: int16,
      maxSupportedVersion: int16,
    }),
  },
})

/** A controller's registration was removed. */
export const UnregisterControllerRecord = defineMetadataRecord({
  apiKey: 29,
  name: 'UnregisterControllerRecord',
  versions: [0, 0],
  fields: {
    controllerId: int32,
  },
})
