import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { type Cursor, readUnsignedVarint, sizeOfUnsignedVarint, writeUnsignedVarint } from '../wire/varint.ts'
import { readSafeInt64, writeInt64 } from './int64.ts'

/** A voter of the metadata quorum; the directory id (16 bytes) is there from version 1 on. */
export interface Voter {
  readonly voterId: number
  readonly directoryId?: Buffer
}

/**
 * What a control record says. Its key is a version and a type, both int16; its value depends on the type:
 * the end of a transaction (KIP-98), a change of leader in the metadata quorum (KIP-595), begin and end of a snapshot (KIP-630),
 * the version of the quorum (KIP-853). Types that are not known, as Kafka's KRAFT_VOTERS (6), keep their bytes.
 */
export type ControlRecord =
  | { readonly type: 'abort' | 'commit'; readonly coordinatorEpoch: number }
  | {
      readonly type: 'leaderChange'
      readonly version: number
      readonly leaderId: number
      readonly voters: readonly Voter[]
      readonly grantingVoters: readonly Voter[]
    }
  | { readonly type: 'snapshotHeader'; readonly lastContainedLogTimestamp: number }
  | { readonly type: 'snapshotFooter' }
  | { readonly type: 'kraftVersion'; readonly kraftVersion: number }
  | { readonly type: 'unknown'; readonly typeId: number; readonly value: Buffer | null }

const typeIds = { abort: 0, commit: 1, leaderChange: 2, snapshotHeader: 3, snapshotFooter: 4, kraftVersion: 5 } as const
const typeNames = Object.keys(typeIds) as (keyof typeof typeIds)[]

/** Key and value of a control record, to go alone into a batch with `isControl`. */
export function controlRecord(control: ControlRecord): { key: Buffer; value: Buffer | null } {
  const key = Buffer.alloc(4)
  key.writeInt16BE(control.type === 'unknown' ? control.typeId : typeIds[control.type], 2)
  return { key, value: valueBytes(control) }
}

/** Reads key and value of a control record. @throws ProtocolError when they are malformed */
export function parseControlRecord(record: { key: Uint8Array | null; value: Uint8Array | null }): ControlRecord {
  const { key, value } = record
  if (key === null || key.length < 4) throw malformed('no key of a version and a type', 'key')
  const typeId = asBuffer(key).readInt16BE(2)
  const type = typeNames[typeId]
  if (type === undefined) return { type: 'unknown', typeId, value: value && asBuffer(value) }
  if (value === null) throw malformed('no value', type)
  const fields = new Fields(value, type)
  const version = fields.int16()
  switch (type) {
    case 'abort':
    case 'commit':
      return { type, coordinatorEpoch: fields.int32() }
    case 'leaderChange':
      return { type, version, leaderId: fields.int32(), voters: fields.voters(version), grantingVoters: fields.voters(version) }
    case 'snapshotHeader':
      return { type, lastContainedLogTimestamp: fields.int64() }
    case 'snapshotFooter':
      return { type }
    case 'kraftVersion':
      return { type, kraftVersion: fields.int16() }
  }
}

function valueBytes(control: ControlRecord): Buffer | null {
  switch (control.type) {
    case 'abort':
    case 'commit': {
      // Not a flexible version: no tagged fields.
      const value = Buffer.alloc(6)
      value.writeInt32BE(control.coordinatorEpoch, 2)
      return value
    }
    case 'leaderChange':
      return leaderChangeValue(control)
    case 'snapshotHeader': {
      const value = Buffer.alloc(11)
      writeInt64(value, 2, control.lastContainedLogTimestamp)
      return value
    }
    case 'snapshotFooter':
      return Buffer.alloc(3)
    case 'kraftVersion': {
      const value = Buffer.alloc(5)
      value.writeInt16BE(control.kraftVersion, 2)
      return value
    }
    case 'unknown':
      return control.value
  }
}

function leaderChangeValue({ version, leaderId, voters, grantingVoters }: Extract<ControlRecord, { type: 'leaderChange' }>): Buffer {
  const head = Buffer.alloc(6)
  head.writeInt16BE(version)
  head.writeInt32BE(leaderId, 2)
  const noTags = Buffer.alloc(1)
  return Buffer.concat([head, votersBytes(voters, version), votersBytes(grantingVoters, version), noTags])
}

function votersBytes(voters: readonly Voter[], version: number): Buffer {
  const count = Buffer.alloc(sizeOfUnsignedVarint(voters.length + 1))
  writeUnsignedVarint(count, 0, voters.length + 1)
  const all = voters.map(({ voterId, directoryId = Buffer.alloc(16) }) => {
    const voter = Buffer.alloc(voterSize(version))
    voter.writeInt32BE(voterId)
    if (version >= 1) directoryId.copy(voter, 4)
    return voter
  })
  return Buffer.concat([count, ...all])
}

/** Id, directory id from version 1 on, tags. */
function voterSize(version: number): number {
  return version >= 1 ? 21 : 5
}

/** Reads a value front to back. Tagged fields (KIP-482) are passed over inside arrays and not looked at behind the last field. */
class Fields implements Cursor {
  readonly bytes: Buffer
  readonly end: number
  position = 0
  private readonly type: string

  constructor(bytes: Uint8Array, type: string) {
    this.bytes = asBuffer(bytes)
    this.end = bytes.length
    this.type = type
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2))
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4))
  }

  int64(): number {
    return readSafeInt64(this.bytes, this.take(8), this.type, 'control record')
  }

  voters(version: number): Voter[] {
    const count = readUnsignedVarint(this) - 1
    const left = this.end - this.position
    if (count < 0 || count > left / voterSize(version)) throw malformed(`${count} voters in ${left} bytes`, this.type)
    return Array.from({ length: count }, () => this.voter(version))
  }

  private voter(version: number): Voter {
    const voterId = this.int32()
    const voter = version >= 1 ? { voterId, directoryId: this.uuid() } : { voterId }
    for (let tags = readUnsignedVarint(this); tags > 0; tags--) {
      readUnsignedVarint(this)
      this.take(readUnsignedVarint(this))
    }
    return voter
  }

  private uuid(): Buffer {
    const start = this.take(16)
    return this.bytes.subarray(start, start + 16)
  }

  private take(size: number): number {
    const { position, end } = this
    if (size > end - position) throw malformed(`needs ${size} bytes, ${end - position} are left`, this.type, position)
    this.position = position + size
    return position
  }
}

function malformed(reason: string, field: string, position?: number): ProtocolError {
  const place = { api: 'control record', field }
  return new ProtocolError(reason, position === undefined ? place : { ...place, position })
}
