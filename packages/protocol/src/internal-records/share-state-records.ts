import { array, int8, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { defineCoordinatorRecord } from './define-coordinator-record.ts'

// Records of __share_group_state (KIP-932).

/** The state of a share partition (KIP-932). */
export const ShareSnapshot = defineCoordinatorRecord({
  type: 0,
  name: 'ShareSnapshot',
  key: {
    groupId: string,
    topicId: uuid,
    partition: int32,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      snapshotEpoch: int32,
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32.default(-1).tagged(0),
      createTimestamp: int64,
      writeTimestamp: int64,
      stateBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    },
  },
})

/** A change of the state of a share partition since its snapshot. */
export const ShareUpdate = defineCoordinatorRecord({
  type: 1,
  name: 'ShareUpdate',
  key: {
    groupId: string,
    topicId: uuid,
    partition: int32,
  },
  value: {
    versions: [0, 0],
    flexibleFrom: 0,
    fields: {
      snapshotEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32.default(-1).tagged(0),
      stateBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    },
  },
})
