import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../src/protocol-error.ts'
import {
  type Cursor,
  readUnsignedVarint,
  readUnsignedVarlong,
  readUnsignedVarlongBig,
  readVarint,
  readVarlong,
  readVarlongBig,
  sizeOfUnsignedVarint,
  sizeOfUnsignedVarlong,
  sizeOfVarint,
  sizeOfVarlong,
  writeUnsignedVarint,
  writeUnsignedVarlong,
  writeVarint,
  writeVarlong,
  writeVarlongBig,
} from '../src/wire/varint.ts'

const cursorOf = (bytes: Uint8Array, position = 0): Cursor => ({ bytes, position, end: bytes.length })
const fromHex = (hex: string) => Buffer.from(hex, 'hex')

/** Writes a value behind three bytes, reads it back, and checks the size and that no end before its own is accepted. */
function roundTrip<T>(
  value: T,
  write: (bytes: Uint8Array, at: number, value: T) => number,
  read: (cursor: Cursor) => T,
  size: number,
): void {
  const bytes = new Uint8Array(3 + 10)
  const end = write(bytes, 3, value)
  expect(end - 3).toBe(size)
  const cursor = cursorOf(bytes, 3)
  expect(read(cursor)).toBe(value)
  expect(cursor.position).toBe(end)
  for (let cut = 3; cut < end; cut++) expect(() => read({ bytes, position: 3, end: cut })).toThrow(ProtocolError)
}

const int32 = fc.integer()
const uint32 = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 300 }))
const safe = fc.oneof(fc.maxSafeInteger(), fc.integer())
const edges = [0, 1, 63, 64, 8191, 8192, 2 ** 30 - 1, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 34, 2 ** 48, 2 ** 52, Number.MAX_SAFE_INTEGER]

describe('varints', () => {
  it('round-trip in every form', () => {
    fc.assert(fc.property(int32, (value) => roundTrip(value, writeVarint, readVarint, sizeOfVarint(value))))
    fc.assert(fc.property(uint32, (value) => roundTrip(value, writeUnsignedVarint, readUnsignedVarint, sizeOfUnsignedVarint(value))))
    fc.assert(fc.property(safe, (value) => roundTrip(value, writeVarlong, readVarlong, sizeOfVarlong(value))))
    const unsigned = fc.maxSafeNat()
    fc.assert(fc.property(unsigned, (value) => roundTrip(value, writeUnsignedVarlong, readUnsignedVarlong, sizeOfUnsignedVarlong(value))))
    const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    fc.assert(fc.property(uint64, (value) => roundTrip(value, writeUnsignedVarlong, readUnsignedVarlongBig, sizeOfUnsignedVarlong(value))))
  })

  it('round-trip at the edges, where number and bigint agree', () => {
    for (const value of edges.flatMap((edge) => [edge, -edge, -edge - 1]).filter((value) => Number.isSafeInteger(value))) {
      const plain = value === 0 ? 0 : value
      roundTrip(plain, writeVarlong, readVarlong, sizeOfVarlong(plain))
      const [asNumber, asBig] = [new Uint8Array(10), new Uint8Array(10)]
      writeVarlong(asNumber, 0, plain)
      writeVarlongBig(asBig, 0, BigInt(plain))
      expect(asNumber).toEqual(asBig)
      expect(readVarlongBig(cursorOf(asNumber))).toBe(BigInt(plain))
    }
    for (const value of [-(2n ** 63n), 2n ** 63n - 1n]) {
      const bytes = new Uint8Array(10)
      expect(writeVarlongBig(bytes, 0, value)).toBe(10)
      expect(readVarlongBig(cursorOf(bytes))).toBe(value)
    }
  })

  it('have the bytes that Kafka gives them', () => {
    // From the protocol's rule: zigzag, then groups of seven bits, lowest first.
    const signed: [number, string][] = [
      [0, '00'],
      [-1, '01'],
      [1, '02'],
      [63, '7e'],
      [-64, '7f'],
      [64, '8001'],
      [-2147483648, 'ffffffff0f'],
      [2147483647, 'feffffff0f'],
    ]
    for (const [value, hex] of signed) {
      expect(readVarint(cursorOf(fromHex(hex)))).toBe(value)
      expect(readVarlong(cursorOf(fromHex(hex)))).toBe(value)
      const bytes = Buffer.alloc(5)
      expect(bytes.subarray(0, writeVarint(bytes, 0, value)).toString('hex')).toBe(hex)
    }
    expect(readUnsignedVarint(cursorOf(fromHex('ffffffff0f')))).toBe(0xffff_ffff)
  })

  it('may be padded, but never beyond their longest form', () => {
    expect(readVarint(cursorOf(fromHex('8280808000')))).toBe(1)
    expect(readVarlong(cursorOf(fromHex('82808080808080808000')))).toBe(1)
    for (const hex of ['828080808000', 'ffffffff1f', 'ffffffffff01'])
      expect(() => readVarint(cursorOf(fromHex(hex)))).toThrow('more than 32 bits')
    for (const hex of ['8280808080808080808000', 'ffffffffffffffffff02']) {
      expect(() => readVarlong(cursorOf(fromHex(hex)))).toThrow('more than 64 bits')
      expect(() => readVarlongBig(cursorOf(fromHex(hex)))).toThrow('more than 64 bits')
    }
  })

  it('are refused as numbers beyond 2^53 - 1', () => {
    for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 62n, -(2n ** 63n)]) {
      const bytes = new Uint8Array(10)
      writeVarlongBig(bytes, 0, value)
      expect(() => readVarlong(cursorOf(bytes))).toThrow('beyond 2^53 - 1')
    }
    for (const value of [2n ** 53n, 2n ** 64n - 1n]) {
      const bytes = new Uint8Array(10)
      writeUnsignedVarlong(bytes, 0, value)
      expect(() => readUnsignedVarlong(cursorOf(bytes))).toThrow('beyond 2^53 - 1')
    }
  })
})
