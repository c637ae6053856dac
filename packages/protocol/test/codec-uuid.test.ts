import { isUuid, nullUuid, ProtocolError, uuidFromBytes, uuidToBytes } from '@logan/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'

it('a uuid goes from bytes to 22 characters and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = uuidFromBytes(Buffer.from(bytes))
      expect(text).toHaveLength(22)
      expect(isUuid(text)).toBe(true)
      expect(uuidToBytes(text)).toEqual(Buffer.from(bytes))
    }),
  )
})

it('sixteen zero bytes are the uuid for none', () => {
  expect(uuidFromBytes(Buffer.alloc(16))).toBe(nullUuid)
})

it.each(['', 'short', `${nullUuid}=`, nullUuid.slice(1), 'AAAAAAAAAAAAAAAAAAAAA/', 'AAAAAAAAAAAAAAAAAAAAAB'])('%j is none', (text) => {
  expect(isUuid(text)).toBe(false)
  expect(() => uuidToBytes(text)).toThrow(ProtocolError)
})
