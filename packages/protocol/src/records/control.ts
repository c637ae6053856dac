import { EndTxnMarker } from '../internal-records/control-records.ts'
import { decodeVersionPrefixed, encodeVersionPrefixed } from '../internal-records/version-prefixed.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { MessageInputOf, MessageOf, MessageSchema } from '../schema/message.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { KRaftVersionRecord, LeaderChangeMessage, SnapshotFooterRecord, SnapshotHeaderRecord, VotersRecord } from './control-messages.ts'

// A control record goes alone into a batch with `isControl`. Its key is a version and a type, both int16; its value is that type's message
// after its version.

/** The message of each type; the place in this list is the number of the type. */
const messages = {
  abort: EndTxnMarker,
  commit: EndTxnMarker,
  leaderChange: LeaderChangeMessage,
  snapshotHeader: SnapshotHeaderRecord,
  snapshotFooter: SnapshotFooterRecord,
  kraftVersion: KRaftVersionRecord,
  kraftVoters: VotersRecord,
} as const

type Messages = typeof messages

export type ControlType = keyof Messages

/** A control record as it is read: its type, and what its value says. Types that are not known keep their bytes, as in Kafka. */
export type ControlRecord =
  | { [T in ControlType]: { readonly type: T; readonly version: number; readonly value: MessageOf<Messages[T]> } }[ControlType]
  | { readonly type: 'unknown'; readonly typeId: number; readonly value: Buffer | null }

const types = Object.keys(messages) as ControlType[]

/** Key and value of a control record. @throws ProtocolError when the message does not fit the version */
export function controlRecord<T extends ControlType>(
  type: T,
  message: MessageInputOf<Messages[T]>,
  version = 0,
): { key: Buffer; value: Buffer } {
  const key = Buffer.alloc(4)
  key.writeInt16BE(types.indexOf(type), 2)
  return { key, value: encodeVersionPrefixed(messages[type] as MessageSchema<any>, version, message) }
}

/** Reads key and value of a control record; a version newer than the known ones as the newest. @throws ProtocolError when they are malformed */
export function parseControlRecord({ key, value }: { key: Uint8Array | null; value: Uint8Array | null }): ControlRecord {
  if (key === null || key.length < 4) throw new ProtocolError('no version and type', { api: 'control record', field: 'key' })
  const typeId = asBuffer(key).readInt16BE(2)
  const type = types[typeId]
  if (type === undefined) return { type: 'unknown', typeId, value: value && asBuffer(value) }
  if (value === null) throw new ProtocolError('no value', { api: 'control record', field: type })
  const { version, message } = decodeVersionPrefixed(messages[type] as MessageSchema<any>, value, { newer: 'as-newest' })
  return { type, version, value: message } as ControlRecord
}
