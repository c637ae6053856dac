import { decodeRest, encodeWhole, inApi } from '../schema/codec.ts'
import type { MessageInputOf, MessageOf } from '../schema/message.ts'
import { Reader } from '../wire/reader.ts'
import * as classicGroup from './classic-group-records.ts'
import * as consumerGroup from './consumer-group-records.ts'
import type { CoordinatorRecord } from './define-coordinator-record.ts'
import * as shareGroup from './share-group-records.ts'
import * as shareState from './share-state-records.ts'
import * as streamsGroup from './streams-group-records.ts'
import * as transaction from './transaction-records.ts'
import { decodeVersionPrefixed, encodeVersionPrefixed } from './version-prefixed.ts'

/** The records of __consumer_offsets, by name. */
export const groupRecords = { ...classicGroup, ...consumerGroup, ...shareGroup, ...streamsGroup } as const
/** The records of __transaction_state, by name. */
export const transactionRecords = { ...transaction } as const
/** The records of __share_group_state, by name. */
export const shareStateRecords = { ...shareState } as const

/** One of the tables above. */
export type CoordinatorRecords = { readonly [name: string]: CoordinatorRecord }

export type KeyOf<R extends CoordinatorRecord> = MessageOf<R['key']>
export type KeyInputOf<R extends CoordinatorRecord> = MessageInputOf<R['key']>
export type ValueOf<R extends CoordinatorRecord> = MessageOf<R['value']>
export type ValueInputOf<R extends CoordinatorRecord> = MessageInputOf<R['value']>

/** A record out of a coordinator's topic; `name` tells the types of key and value. A null value deletes what the key names. */
export type DecodedCoordinatorRecord<T extends CoordinatorRecords> = {
  [N in keyof T]: {
    readonly name: N
    readonly key: KeyOf<T[N]>
    readonly value: { readonly version: number; readonly message: ValueOf<T[N]> } | null
  }
}[keyof T]

/** Encodes a key: its type as int16, then the message. */
export function encodeCoordinatorKey<R extends CoordinatorRecord>(record: R, key: KeyInputOf<R>): Buffer {
  return encodeWhole(record.key, 0, key, (writer) => writer.int16(record.type))
}

/** Encodes a value: its version as int16, then the message. */
export function encodeCoordinatorValue<R extends CoordinatorRecord>(record: R, version: number, value: ValueInputOf<R>): Buffer {
  return encodeVersionPrefixed(record.value, version, value)
}

/**
 * Decodes a record of one of the tables `groupRecords`, `transactionRecords`, `shareStateRecords`; null when its type is not in the table,
 * which a newer broker may have written.
 * Throws ProtocolError when it is malformed or the version of its value is unknown.
 */
export function decodeCoordinatorRecord<T extends CoordinatorRecords>(
  table: T,
  key: Uint8Array,
  value: Uint8Array | null,
): DecodedCoordinatorRecord<T> | null {
  const reader = new Reader(key)
  const type = inApi('Coordinator record key', () => reader.int16())
  const record = Object.values(table).find((candidate) => candidate.type === type)
  if (record === undefined) return null
  return {
    name: record.name,
    key: decodeRest(record.key, 0, reader),
    value: value === null ? null : decodeVersionPrefixed(record.value, value),
  } as unknown as DecodedCoordinatorRecord<T>
}
