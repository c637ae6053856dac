import { array, int16, int32, int64, string, struct, uint16, uuid } from '../schema/field.ts'
import { defineMessage } from '../schema/message.ts'

// The values of the metadata quorum's control records. Kafka lists the version, with which each begins, among the fields; here it is
// the prefix of the message, as with the marker that ends a transaction.

const voters = array({ voterId: int32, voterDirectoryId: uuid.since(1) })

/** A new leader of the quorum (KIP-595). Kafka writes version 0. */
export const LeaderChangeMessage = defineMessage({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexibleFrom: 0,
  fields: { leaderId: int32, voters, grantingVoters: voters },
})

/** The first record of a snapshot (KIP-630). */
export const SnapshotHeaderRecord = defineMessage({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexibleFrom: 0,
  fields: { lastContainedLogTimestamp: int64 },
})

/** The last record of a snapshot: without it, the snapshot is not whole. */
export const SnapshotFooterRecord = defineMessage({ name: 'SnapshotFooterRecord', versions: [0, 0], flexibleFrom: 0, fields: {} })

/** The version by which the quorum works (KIP-853). */
export const KRaftVersionRecord = defineMessage({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexibleFrom: 0,
  fields: { kRaftVersion: int16 },
})

/** The voters of the quorum and where they are (KIP-853). */
export const VotersRecord = defineMessage({
  name: 'VotersRecord',
  versions: [0, 0],
  flexibleFrom: 0,
  fields: {
    voters: array({
      voterId: int32,
      voterDirectoryId: uuid,
      endpoints: array({ name: string, host: string, port: uint16 }),
      kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
    }),
  },
})
