import { array, bool, bytes, float64, int8, int32, int64, string, uuid } from '../schema/field.ts'
import { defineMetadataRecord } from './define-metadata-record.ts'

// Records of the cluster metadata about credentials, access and quotas.

/** A user's SCRAM credential was set. */
export const UserScramCredentialRecord = defineMetadataRecord({
  apiKey: 11,
  name: 'UserScramCredentialRecord',
  versions: [0, 0],
  fields: {
    name: string,
    mechanism: int8,
    salt: bytes,
    storedKey: bytes,
    serverKey: bytes,
    iterations: int32,
  },
})

/** A user's SCRAM credential was deleted. */
export const RemoveUserScramCredentialRecord = defineMetadataRecord({
  apiKey: 22,
  name: 'RemoveUserScramCredentialRecord',
  versions: [0, 0],
  fields: {
    name: string,
    mechanism: int8,
  },
})

/** A delegation token was created or renewed (KIP-900). */
export const DelegationTokenRecord = defineMetadataRecord({
  apiKey: 10,
  name: 'DelegationTokenRecord',
  versions: [0, 0],
  fields: {
    owner: string,
    requester: string,
    renewers: array(string),
    issueTimestamp: int64,
    maxTimestamp: int64,
    expirationTimestamp: int64,
    tokenId: string,
  },
})

/** A delegation token was deleted. */
export const RemoveDelegationTokenRecord = defineMetadataRecord({
  apiKey: 26,
  name: 'RemoveDelegationTokenRecord',
  versions: [0, 0],
  fields: {
    tokenId: string,
  },
})

/** An access control entry was created. */
export const AccessControlEntryRecord = defineMetadataRecord({
  apiKey: 18,
  name: 'AccessControlEntryRecord',
  versions: [0, 0],
  fields: {
    id: uuid,
    resourceType: int8,
    resourceName: string,
    patternType: int8,
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  },
})

/** An access control entry was deleted. */
export const RemoveAccessControlEntryRecord = defineMetadataRecord({
  apiKey: 19,
  name: 'RemoveAccessControlEntryRecord',
  versions: [0, 0],
  fields: {
    id: uuid,
  },
})

/** A client quota was set or removed. */
export const ClientQuotaRecord = defineMetadataRecord({
  apiKey: 14,
  name: 'ClientQuotaRecord',
  versions: [0, 0],
  fields: {
    entity: array({
      entityType: string,
      entityName: string.nullable(),
    }),
    key: string,
    value: float64,
    remove: bool,
  },
})
