import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32, crc32c } from '../src/wire/crc.ts'

it('gives the published check values', () => {
  const digits = Buffer.from('123456789')
  expect(crc32c(digits)).toBe(0xe3069283)
  expect(crc32(digits)).toBe(0xcbf43926)
  // RFC 3720, B.4: 32 bytes of zeros.
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
})

it('goes on from where it stopped, over any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
      const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)]
      expect(crc32c(tail, crc32c(head))).toBe(crc32c(bytes))
      expect(crc32(tail, crc32(head))).toBe(crc32(bytes))
      expect(crc32(bytes)).toBe(zlibCrc32(bytes))
    }),
  )
})
