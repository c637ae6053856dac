import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { ProtocolError } from '@logan/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from '../src/schema/codec.ts'
import { compileDecoder, compileEncoder } from '../src/schema/compile.ts'
import { type Decode, type Encode, interpretDecoder, interpretEncoder } from '../src/schema/interpret.ts'
import type { MessageSchema } from '../src/schema/message.ts'
import { planMessage } from '../src/schema/plan.ts'
import { Reader } from '../src/wire/reader.ts'
import { Writer } from '../src/wire/writer.ts'
import { messageArbitrary } from './codec-arbitrary.ts'
import { allSchemas } from './codec-subjects.ts'

// Invariants, for every declaration in every version:
// - what was encoded decodes to the same message, and takes all bytes;
// - the compiled and the interpreted codec agree: same bytes, same values, same refusals;
// - every strict prefix of a message is refused, and so is a message with a byte behind it;
// - whatever the bytes, decoding gives a message or a ProtocolError that names message, version and position.

describe.each(allSchemas.map((schema) => [schema.name, schema] as const))('%s', (_, schema) => {
  it.each(versionsOf(schema))('version %d keeps the invariants', (version) => {
    const plan = planMessage(schema, version)
    const compiled = { encode: compileEncoder(plan), decode: compileDecoder(plan) }
    const interpreted = { encode: interpretEncoder(plan), decode: interpretDecoder(plan) }
    fc.assert(
      fc.property(messageArbitrary(schema, version), fc.nat(), fc.nat(255), (message, at, byte) => {
        const bytes = encodeWith(compiled.encode, message)
        deepStrictEqual(encodeWith(interpreted.encode, message), bytes)
        deepStrictEqual(decodeWith(compiled.decode, bytes), { message, position: bytes.length })
        deepStrictEqual(decodeWith(interpreted.decode, bytes), { message, position: bytes.length })
        if (bytes.length === 0) return
        const spoiled = Buffer.from(bytes)
        spoiled[at % bytes.length] = byte
        deepStrictEqual(
          attempt(() => decodeWith(compiled.decode, spoiled)),
          attempt(() => decodeWith(interpreted.decode, spoiled)),
        )
      }),
      { numRuns: 12 },
    )
  })

  it.each(versionsOf(schema))('version %d refuses truncated bytes and trailing ones', (version) => {
    const message = fc.sample(messageArbitrary(schema, version), { numRuns: 1, seed: version })[0]
    const bytes = joined(encodeMessage(schema, version, message))
    for (let size = 0; size < bytes.length; size++) {
      const error = refusal(() => decodeMessage(schema, version, bytes.subarray(0, size)))
      strictEqual(error.api, schema.name)
      strictEqual(error.version, version)
      expect(error.position).toBeLessThanOrEqual(size)
    }
    const trailing = Buffer.concat([bytes, Buffer.alloc(1)])
    strictEqual(refusal(() => decodeMessage(schema, version, trailing)).position, bytes.length)
    deepStrictEqual(decodeMessage(schema, version, trailing, { trailingBytes: 'ignore' }), message)
  })
})

function versionsOf({ versions: [from, to] }: MessageSchema<any>): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function encodeWith(encode: Encode, message: unknown): Buffer {
  const writer = new Writer()
  encode(writer, message)
  return joined(writer.finish())
}

function decodeWith(decode: Decode, bytes: Buffer): { message: unknown; position: number } {
  const reader = new Reader(bytes)
  return { message: decode(reader), position: reader.position }
}

/** The result, or where and why it was refused. Anything but a ProtocolError fails the test. */
function attempt(step: () => unknown): unknown {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { reason: error.reason, position: error.position }
  }
}

function refusal(step: () => unknown): ProtocolError {
  try {
    step()
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
  throw new Error('was not refused')
}

function joined(bytes: Uint8Array | Uint8Array[]): Buffer {
  return Array.isArray(bytes) ? Buffer.concat(bytes) : Buffer.from(bytes)
}
