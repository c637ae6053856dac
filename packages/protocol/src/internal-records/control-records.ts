import { int16, int32, int64 } from '../schema/field.ts'
import { defineMessage } from '../schema/message.ts'

/** The key of a control record, after its version: 0 abort, 1 commit, 2 to 6 those of the metadata quorum. */
export const ControlRecordTypeSchema = defineMessage({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  flexibleFrom: null,
  fields: { type: int16 },
})

/** The value of the control record that ends a transaction (KIP-98). */
export const EndTxnMarker = defineMessage({
  name: 'EndTxnMarker',
  versions: [0, 0],
  flexibleFrom: null,
  fields: { coordinatorEpoch: int32 },
})

/** An entry of a .txnindex file. */
export const AbortedTxn = defineMessage({
  name: 'AbortedTxn',
  versions: [0, 0],
  flexibleFrom: null,
  fields: {
    producerId: int64,
    firstOffset: int64,
    lastOffset: int64,
    lastStableOffset: int64,
  },
})
