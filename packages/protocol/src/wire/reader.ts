import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from './as-buffer.ts'
import { uuidFromBytes } from './uuid.ts'

/** The longest string the protocol allows, in bytes of UTF-8, in compact form too (as Kafka's generated code holds it). */
export const stringBytesMax = 0x7fff

/** A tagged field (KIP-482) that the declaration does not know, kept as it came. */
export interface UnknownTaggedField {
  tag: number
  /** A view into the bytes that were decoded. */
  data: Uint8Array
}

/**
 * A cursor over one buffer. Every read is checked against the end of the buffer once, before it happens.
 *
 * Throws ProtocolError with a reason and a byte position; API, version and field are added by the codec.
 * Strings are read as leniently as Kafka does: bytes that are not UTF-8 become U+FFFD. Any non-zero byte is a true boolean.
 */
export class Reader {
  readonly buffer: Buffer
  /** Index into `buffer` of the next byte. */
  position: number
  /** Index after the last byte that may be read. */
  readonly end: number

  constructor(bytes: Uint8Array, position = 0) {
    this.buffer = asBuffer(bytes)
    this.position = position
    this.end = bytes.byteLength
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** Moves past `size` bytes and returns where they begin. */
  private take(size: number): number {
    const start = this.position
    if (size > this.end - start) {
      throw new ProtocolError(`needs ${size} bytes, ${this.end - start} left`, { position: start })
    }
    this.position = start + size
    return start
  }

  bool(): boolean {
    const at = this.take(1)
    return this.buffer[at] !== 0
  }

  int8(): number {
    const at = this.take(1)
    return (this.buffer[at]! << 24) >> 24
  }

  uint8(): number {
    const at = this.take(1)
    return this.buffer[at]!
  }

  int16(): number {
    const at = this.take(2)
    const b = this.buffer
    return (((b[at]! << 8) | b[at + 1]!) << 16) >> 16
  }

  uint16(): number {
    const at = this.take(2)
    const b = this.buffer
    return (b[at]! << 8) | b[at + 1]!
  }

  int32(): number {
    const at = this.take(4)
    const b = this.buffer
    return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** A 64-bit integer as a number; refused where a number cannot hold it exactly. */
  int64(): number {
    if (this.remaining < 8) this.take(8)
    const value = this.int32() * 0x1_0000_0000 + this.uint32()
    if (!Number.isSafeInteger(value)) {
      throw new ProtocolError('64-bit integer beyond 2^53', { position: this.position - 8 })
    }
    return value
  }

  bigint64(): bigint {
    const at = this.take(8)
    return this.buffer.readBigInt64BE(at)
  }

  float64(): number {
    const at = this.take(8)
    return this.buffer.readDoubleBE(at)
  }

  uuid(): string {
    const at = this.take(16)
    return uuidFromBytes(this.buffer, at)
  }

  /** An unsigned variable-length integer of 32 bits: at most five bytes. */
  unsignedVarint(): number {
    const first = this.uint8()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.uint8()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.uint8()
    if (last > 0x0f) throw new ProtocolError('varint beyond 32 bits', { position: this.position - 1 })
    return (value | (last << 28)) >>> 0
  }

  // Lengths. -1 means null; that is refused unless the caller asked for a nullable one.

  private shortLength(): number {
    return this.checkLength(this.int16(), 2)
  }

  private intLength(): number {
    return this.checkLength(this.int32(), 4)
  }

  private checkLength(length: number, width: number): number {
    if (length < -1) throw new ProtocolError(`negative length ${length}`, { position: this.position - width })
    return length
  }

  private compactLength(): number {
    return this.unsignedVarint() - 1
  }

  /** Called where null was read and the field may not be null. */
  refuseNull(): never {
    throw new ProtocolError('null where null is not allowed', { position: this.position })
  }

  private text(length: number): string {
    if (length > stringBytesMax) throw new ProtocolError(`string of ${length} bytes`, { position: this.position })
    const at = this.take(length)
    return length === 0 ? '' : this.buffer.toString('utf8', at, at + length)
  }

  /** The next bytes as a view. */
  view(length: number): Buffer {
    const at = this.take(length)
    return this.buffer.subarray(at, at + length)
  }

  string(): string {
    const length = this.shortLength()
    return length < 0 ? this.refuseNull() : this.text(length)
  }

  nullableString(): string | null {
    const length = this.shortLength()
    return length < 0 ? null : this.text(length)
  }

  compactString(): string {
    const length = this.compactLength()
    return length < 0 ? this.refuseNull() : this.text(length)
  }

  compactNullableString(): string | null {
    const length = this.compactLength()
    return length < 0 ? null : this.text(length)
  }

  bytes(): Buffer {
    const length = this.intLength()
    return length < 0 ? this.refuseNull() : this.view(length)
  }

  nullableBytes(): Buffer | null {
    const length = this.intLength()
    return length < 0 ? null : this.view(length)
  }

  compactBytes(): Buffer {
    const length = this.compactLength()
    return length < 0 ? this.refuseNull() : this.view(length)
  }

  compactNullableBytes(): Buffer | null {
    const length = this.compactLength()
    return length < 0 ? null : this.view(length)
  }

  /** Number of elements, or -1 for null. `leastSize` is the fewest bytes an element takes, at least 1. */
  arrayLength(leastSize: number): number {
    return this.checkCount(this.intLength(), leastSize)
  }

  compactArrayLength(leastSize: number): number {
    return this.checkCount(this.compactLength(), leastSize)
  }

  /** A count is believed only as far as the bytes left could hold that many elements. */
  private checkCount(count: number, leastSize: number): number {
    if (count * leastSize > this.remaining) {
      throw new ProtocolError(`${count} elements cannot be in ${this.remaining} bytes`, { position: this.position })
    }
    return count
  }

  /** Number of tagged fields; each takes two bytes at least. */
  tagCount(): number {
    return this.checkCount(this.unsignedVarint(), 2)
  }

  /** Reads the size of a tagged field and returns the position at which it must end. */
  tagEnd(): number {
    const size = this.unsignedVarint()
    if (size > this.remaining) this.take(size)
    return this.position + size
  }

  /** Called after a tagged field was read: it must have taken exactly the size it announced. */
  closeTag(end: number): void {
    if (this.position !== end) {
      throw new ProtocolError(`tagged field ends at byte ${this.position}, its size says ${end}`, { position: this.position })
    }
  }

  /** Keeps a tagged field that nobody knows. */
  keepTag(kept: UnknownTaggedField[] | undefined, tag: number, end: number): UnknownTaggedField[] {
    const field = { tag, data: this.view(end - this.position) }
    if (kept === undefined) return [field]
    kept.push(field)
    return kept
  }
}

/**
 * The unknown tagged fields of one struct in the order in which they may be written. Senders must keep ascending order, each tag once,
 * but Kafka does not refuse others: the last of two with the same tag counts.
 */
export function inTagOrder(kept: UnknownTaggedField[]): UnknownTaggedField[] {
  if (kept.every(({ tag }, i) => i === 0 || kept[i - 1]!.tag < tag)) return kept
  const byTag = new Map(kept.map((field) => [field.tag, field]))
  return [...byTag.values()].sort((a, b) => a.tag - b.tag)
}
