import fc from 'fast-check'
import { type CodecId, codecs } from '../src/compression/index.ts'
import type { BatchInput, RecordInput } from '../src/records/index.ts'

export const allCodecs = Object.values(codecs)

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  // Long and repetitive, so that compression has something to do and varints more than one byte.
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 300 })).map(([unit, times]) => {
    return new Uint8Array(unit.length * times).map((_, index) => unit[index % unit.length]!)
  }),
)
const nullableBytes = fc.option(bytes)

/** Milliseconds: near each other as in life, or anywhere that a delta can reach. */
const timestamp = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.integer({ min: -1, max: 2 ** 31 }),
  fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
)

export const record: fc.Arbitrary<RecordInput> = fc.record({
  key: nullableBytes,
  value: nullableBytes,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 10 }), value: nullableBytes }), { maxLength: 3 }),
  timestamp,
})

export const records = fc.array(record, { minLength: 1, maxLength: 12 })

export const batchInput = fc.record({
  records,
  codec: fc.constantFrom<CodecId>(...allCodecs),
  baseOffset: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 100 })),
  producerId: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
  producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
  baseSequence: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 0x7fff_ffff })),
  partitionLeaderEpoch: fc.integer({ min: -1, max: 0x7fff_ffff }),
  isTransactional: fc.boolean(),
  isControl: fc.boolean(),
  timestampType: fc.constantFrom('CreateTime' as const, 'LogAppendTime' as const),
}) satisfies fc.Arbitrary<BatchInput>
