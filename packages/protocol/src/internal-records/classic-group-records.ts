import { array, bigint64, bytes, int32, int64, string, uuid } from '../schema/field.ts'
import { defineCoordinatorRecord } from './define-coordinator-record.ts'

// Records of __consumer_offsets about offsets and classic groups.

/** A committed offset, as written by early versions. */
export const LegacyOffsetCommit = defineCoordinatorRecord({
  type: 0,
  name: 'LegacyOffsetCommit',
  key: {
    group: string,
    topic: string,
    partition: int32,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: null,
    fields: {
      offset: int64,
      metadata: string,
      commitTimestamp: int64,
    },
  },
})

/**
 * A committed offset of a group.
 *
 * - 1: expiry time (1 only)
 * - 3: leader epoch (KIP-320)
 * - 4: flexible, topic id
 */
export const OffsetCommit = defineCoordinatorRecord({
  type: 1,
  name: 'OffsetCommit',
  key: {
    group: string,
    topic: string,
    partition: int32,
  },
  value: {
    versions: [0, 4],
    flexibleFrom: 4,
    fields: {
      offset: int64,
      leaderEpoch: int32.default(-1).since(3).ignorable(),
      metadata: string,
      commitTimestamp: int64,
      expireTimestamp: bigint64.default(-1n).since(1).until(1).ignorable(), // bigint: commit time plus a retention the client chose
      topicId: uuid.since(4).tagged(0).ignorable(),
    },
  },
})

const memberMetadata = {
  memberId: string,
  groupInstanceId: string.nullable().default(null).since(3).ignorable(),
  clientId: string,
  clientHost: string,
  rebalanceTimeout: int32.default(-1).since(1).ignorable(),
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
}

/**
 * A classic group: its generation, protocol and members with their assignments.
 *
 * - 1: rebalance time-out
 * - 2: time of the last change of state
 * - 3: static membership (KIP-345)
 * - 4: flexible
 */
export const GroupMetadata = defineCoordinatorRecord({
  type: 2,
  name: 'GroupMetadata',
  key: {
    group: string,
  },
  value: {
    versions: [0, 4],
    flexibleFrom: 4,
    fields: {
      protocolType: string,
      generation: int32,
      protocol: string.nullable(),
      leader: string.nullable(),
      currentStateTimestamp: int64.default(-1).since(2).ignorable(),
      members: array(memberMetadata),
    },
  },
})
