import { array, bytes, int32, string } from '../schema/field.ts'
import { defineMessage } from '../schema/message.ts'

// What consumers put into the opaque bytes of JoinGroup and SyncGroup. Prefixed by their version; newer ones are read as the newest known.

/**
 * What a member of a classic consumer group subscribes to: `metadata` of JoinGroup.
 *
 * - 1: partitions it has (KIP-429)
 * - 2: generation in which it got them (KIP-792)
 * - 3: rack (KIP-881)
 */
export const ConsumerProtocolSubscription = defineMessage({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexibleFrom: null,
  fields: {
    topics: array(string),
    userData: bytes.nullable().default(null),
    ownedPartitions: array({
      topic: string,
      partitions: array(int32),
    })
      .since(1)
      .ignorable(),
    generationId: int32.default(-1).since(2).ignorable(),
    rackId: string.nullable().default(null).since(3).ignorable(),
  },
})

/** What the leader assigns to a member: `assignment` of SyncGroup. All versions are the same. */
export const ConsumerProtocolAssignment = defineMessage({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexibleFrom: null,
  fields: {
    assignedPartitions: array({
      topic: string,
      partitions: array(int32),
    }),
    userData: bytes.nullable().default(null),
  },
})
