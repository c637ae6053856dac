import { ProtocolError } from '../protocol-error.ts'
import { stringBytesMax, type UnknownTaggedField } from './reader.ts'
import { Scratch } from './scratch.ts'
import { isUuid } from './uuid.ts'
import { sizeOfUnsignedVarint } from './varint.ts'

/**
 * Writes the values of a message. They are checked as they are written: a wrong type or a number outside the field's range is a ProtocolError.
 */
export class Writer extends Scratch {
  refuse(reason: string): never {
    throw new ProtocolError(reason)
  }

  refuseNull(): never {
    this.refuse('null where null is not allowed')
  }

  /** Called for a field that is set while the version has no place for it. */
  refuseAbsent(field: string): never {
    throw new ProtocolError('set, but this version cannot carry it', { field })
  }

  private refuseValue(value: unknown, type: string): never {
    this.refuse(`${describe(value)} is not ${type}`)
  }

  bool(value: boolean): void {
    if (typeof value !== 'boolean') this.refuseValue(value, 'a boolean')
    const at = this.reserve(1)
    this.scratch[at] = value ? 1 : 0
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) this.refuseValue(value, 'an int8')
    const at = this.reserve(1)
    this.scratch[at] = value
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) this.refuseValue(value, 'an int16')
    this.put16(value)
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) this.refuseValue(value, 'a uint16')
    this.put16(value)
  }

  private put16(value: number): void {
    const at = this.reserve(2)
    const b = this.scratch
    b[at] = value >>> 8
    b[at + 1] = value
  }

  int32(value: number): void {
    if ((value | 0) !== value) this.refuseValue(value, 'an int32')
    this.put32(value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) this.refuseValue(value, 'a uint32')
    this.put32(value)
  }

  private put32(value: number): void {
    const at = this.reserve(4)
    const b = this.scratch
    b[at] = value >>> 24
    b[at + 1] = value >>> 16
    b[at + 2] = value >>> 8
    b[at + 3] = value
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) this.refuseValue(value, 'a safe integer')
    this.put32(Math.floor(value / 0x1_0000_0000))
    this.put32(value >>> 0)
  }

  bigint64(value: bigint): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) this.refuseValue(value, 'a bigint of 64 bits')
    const at = this.reserve(8)
    this.scratch.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    if (typeof value !== 'number') this.refuseValue(value, 'a number')
    const at = this.reserve(8)
    this.scratch.writeDoubleBE(value, at)
  }

  uuid(value: string): void {
    if (typeof value !== 'string' || !isUuid(value)) this.refuseValue(value, 'a uuid')
    const at = this.reserve(16)
    this.scratch.write(value, at, 16, 'base64url')
  }

  unsignedVarint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      const at = this.reserve(1)
      this.scratch[at] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    const at = this.reserve(1)
    this.scratch[at] = rest
  }

  string(value: string): void {
    if (value === null) this.refuseNull()
    this.shortText(value)
  }

  nullableString(value: string | null): void {
    if (value === null) this.put16(-1)
    else this.shortText(value)
  }

  compactString(value: string): void {
    if (value === null) this.refuseNull()
    this.compactText(value)
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.unsignedVarint(0)
    else this.compactText(value)
  }

  private shortText(value: string): void {
    if (typeof value !== 'string') this.refuseValue(value, 'a string')
    const at = this.reserve(2)
    const size = this.text(value)
    this.scratch[at] = size >>> 8
    this.scratch[at + 1] = size
  }

  private compactText(value: string): void {
    if (typeof value !== 'string') this.refuseValue(value, 'a string')
    // Up to 42 characters the length surely fits one byte, so that it can be put there after the text.
    if (value.length <= 42) {
      const at = this.reserve(1)
      const size = this.text(value)
      this.scratch[at] = size + 1
      return
    }
    this.unsignedVarint(Buffer.byteLength(value) + 1)
    this.text(value)
  }

  /** Writes UTF-8 and returns how many bytes that took. */
  private text(value: string): number {
    if (value.length > stringBytesMax) this.refuse(`string of ${value.length} characters`)
    const end = this.position + value.length * 3
    if (end > this.scratch.length) this.grow(end)
    const size = this.scratch.write(value, this.position)
    if (size > stringBytesMax) this.refuse(`string of ${size} bytes`)
    this.position += size
    return size
  }

  bytes(value: Uint8Array): void {
    if (value === null) this.refuseNull()
    this.longBytes(value)
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.put32(-1)
    else this.longBytes(value)
  }

  compactBytes(value: Uint8Array): void {
    if (value === null) this.refuseNull()
    this.shortBytes(value)
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.unsignedVarint(0)
    else this.shortBytes(value)
  }

  private longBytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) this.refuseValue(value, 'a Uint8Array')
    this.put32(value.byteLength)
    this.raw(value)
  }

  private shortBytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) this.refuseValue(value, 'a Uint8Array')
    this.unsignedVarint(value.byteLength + 1)
    this.raw(value)
  }

  /** Writes the length of an array that is not null. */
  arrayLength(value: readonly unknown[]): void {
    if (!Array.isArray(value)) this.refuseValue(value, 'an array')
    this.put32(value.length)
  }

  compactArrayLength(value: readonly unknown[]): void {
    if (!Array.isArray(value)) this.refuseValue(value, 'an array')
    this.unsignedVarint(value.length + 1)
  }

  /** Called before the fields of a structure are taken from `value`. */
  expectObject(value: unknown): void {
    if (typeof value !== 'object' || value === null) this.refuseValue(value, 'an object')
  }

  /** Begins a tagged field and returns a mark for `closeTag`. */
  openTag(tag: number): number {
    this.unsignedVarint(tag)
    this.copying++
    return this.reserve(1)
  }

  /** Ends a tagged field: puts its size in front, shifting what was written when the size needs more than one byte. */
  closeTag(mark: number): void {
    this.copying--
    const start = mark + 1
    const size = this.position - start
    const extra = sizeOfUnsignedVarint(size) - 1
    if (extra > 0) {
      this.reserve(extra)
      this.scratch.copyWithin(start + extra, start, start + size)
    }
    const end = this.position
    this.position = mark
    this.unsignedVarint(size)
    this.position = end
  }

  /** How many unknown tagged fields there are, after a check that each can be written: in ascending order, once each. */
  unknownTagCount(fields: readonly UnknownTaggedField[]): number {
    if (!Array.isArray(fields)) this.refuseValue(fields, 'an array')
    let previous = -1
    for (const { tag, data } of fields) {
      if (tag >>> 0 !== tag) this.refuseValue(tag, 'a tag')
      if (tag <= previous) this.refuse(`unknown tagged field ${tag} is not in ascending order`)
      if (!(data instanceof Uint8Array)) this.refuseValue(data, 'a Uint8Array')
      previous = tag
    }
    return fields.length
  }

  /** Writes the unknown tagged fields from index `from` whose tag is below `limit`, the next known tag; returns the index after them. */
  unknownTags(fields: readonly UnknownTaggedField[], from: number, limit: number): number {
    let at = from
    for (; at < fields.length && fields[at]!.tag < limit; at++) {
      const { tag, data } = fields[at]!
      this.unsignedVarint(tag)
      this.unsignedVarint(data.byteLength)
      this.raw(data)
    }
    if (fields[at]?.tag === limit) this.refuse(`unknown tagged field ${limit} has the tag of a known one`)
    return at
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? 'a string' : JSON.stringify(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}
