import fc from 'fast-check'
import { defaultOf } from '../src/schema/defaults.ts'
import type { MessageSchema } from '../src/schema/message.ts'
import { type FieldPlan, planMessage, type StructPlan, type TypePlan } from '../src/schema/plan.ts'

/** Any message that one version can carry, as decoding would give it: fields absent in the version have their defaults. */
export function messageArbitrary(schema: MessageSchema<any>, version: number): fc.Arbitrary<any> {
  return structArbitrary(planMessage(schema, version))
}

function structArbitrary({ fields, tagged, flexible }: StructPlan): fc.Arbitrary<any> {
  const known = fc.record(Object.fromEntries(fields.map((field) => [field.name, fieldArbitrary(field)])), { noNullPrototype: true })
  if (!flexible) return known
  const knownTags = new Set(tagged.map(({ tag }) => tag))
  const unknown = fc
    .uniqueArray(fc.record({ tag: fc.nat(300), data: bytesArbitrary }, { noNullPrototype: true }), {
      maxLength: 2,
      selector: ({ tag }) => tag,
    })
    .map((list) => list.filter(({ tag }) => !knownTags.has(tag)).sort((a, b) => a.tag - b.tag))
  return fc
    .tuple(known, fc.option(unknown, { freq: 3 }))
    .map(([message, list]) => (list === null || list.length === 0 ? message : { ...message, unknownTaggedFields: list }))
}

function fieldArbitrary({ field, type, nullable, presence }: FieldPlan): fc.Arbitrary<unknown> {
  if (presence === 'absent') return fc.constant(undefined).map(() => defaultOf(field))
  const value = typeArbitrary(type)
  // Kafka's default is the likeliest value of a tagged field, which is then not written.
  const orDefault =
    presence === 'tagged'
      ? fc.oneof(
          value,
          fc.constant(undefined).map(() => defaultOf(field)),
        )
      : value
  return nullable ? fc.option(orDefault) : orDefault
}

const bytesArbitrary = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes))
const textArbitrary = fc.string({ unit: 'binary', maxLength: 6 })

function typeArbitrary(type: TypePlan): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'fixed':
      return fixedArbitraries[type.fixed]
    case 'string':
      return textArbitrary
    case 'bytes':
      return bytesArbitrary
    case 'array':
      return fc.array(typeArbitrary(type.element), { maxLength: 2 })
    case 'struct':
      return structArbitrary(type.struct)
  }
}

const fixedArbitraries = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  int32: fc.integer(),
  int64: fc.maxSafeInteger(),
  bigint64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  uint32: fc.integer({ min: 0, max: 0xffff_ffff }),
  float64: fc.double(),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
} as const
