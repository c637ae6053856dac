import { ProtocolError } from '../protocol-error.ts'
import { type Field, type FieldSpec, type FixedKind, fixedSize, isFixed, type Shape } from './field.ts'
import type { MessageSchema } from './message.ts'

/** How a value is laid out in one version. `leastSize` is the fewest bytes it can take. */
export type TypePlan =
  | { readonly kind: 'fixed'; readonly fixed: FixedKind; readonly leastSize: number }
  | { readonly kind: 'string' | 'bytes'; readonly compact: boolean; readonly leastSize: number }
  | { readonly kind: 'array'; readonly compact: boolean; readonly element: TypePlan; readonly leastSize: number }
  | { readonly kind: 'struct'; readonly struct: StructPlan; readonly leastSize: number }

/** A field in one version. */
export interface FieldPlan {
  readonly name: string
  readonly field: Field<any, any>
  readonly type: TypePlan
  /** In its place, in the tag section, or not in this version at all. */
  readonly presence: 'inline' | 'tagged' | 'absent'
  /** The tag when tagged, else -1. */
  readonly tag: number
  readonly nullable: boolean
  readonly ignorable: boolean
}

/** A struct in one version. */
export interface StructPlan {
  /** Every declared field, absent ones too, in declared order: that of the inline ones on the wire. */
  readonly fields: readonly FieldPlan[]
  /** The tagged ones in order of their tags: that of the tag section. */
  readonly tagged: readonly FieldPlan[]
  /** Whether a tag section ends it. */
  readonly flexible: boolean
  readonly leastSize: number
}

/**
 * Resolves a declaration for one version. The only place that knows the rules of versions: what reads or writes follows the plan blindly.
 * Throws ProtocolError when the declaration has no such version.
 */
export function planMessage(schema: MessageSchema<any>, version: number): StructPlan {
  const [from, to] = schema.versions
  if (!Number.isInteger(version) || version < from || version > to) {
    throw new ProtocolError(`no such version; known are ${from} to ${to}`, { api: schema.name, version })
  }
  const flexible = schema.flexibleFrom !== null && version >= schema.flexibleFrom
  return planStruct(schema.fields, version, flexible)
}

function planStruct(shape: Shape, version: number, flexible: boolean): StructPlan {
  const fields = Object.entries(shape).map(([name, field]) => planField(name, field, version, flexible))
  const tagged = fields.filter((field) => field.presence === 'tagged').sort((a, b) => a.tag - b.tag)
  const inlineSize = fields.reduce((size, field) => size + (field.presence === 'inline' ? leastFieldSize(field) : 0), 0)
  return { fields, tagged, flexible, leastSize: inlineSize + (flexible ? 1 : 0) }
}

/** A null struct is one byte; any other null is as long as something empty. */
function leastFieldSize({ type, nullable }: FieldPlan): number {
  return type.kind === 'struct' && nullable ? 1 : type.leastSize
}

function planField(name: string, field: Field<any, any>, version: number, flexible: boolean): FieldPlan {
  const { spec } = field
  return {
    name,
    field,
    type: planType(spec, version, flexible && spec.neverCompact !== true),
    presence: presence(spec, version),
    tag: spec.tag ?? -1,
    nullable: spec.nullable !== undefined && version >= spec.nullable.from && version <= spec.nullable.until,
    ignorable: spec.ignorable,
  }
}

function presence(spec: FieldSpec, version: number): FieldPlan['presence'] {
  if (version < spec.since || version > spec.until) return 'absent'
  return spec.tag === undefined ? 'inline' : 'tagged'
}

function planType(spec: FieldSpec, version: number, flexible: boolean): TypePlan {
  const { kind } = spec
  if (isFixed(kind)) return { kind: 'fixed', fixed: kind, leastSize: fixedSize[kind] }
  switch (kind) {
    case 'string':
      return { kind: 'string', compact: flexible, leastSize: flexible ? 1 : 2 }
    case 'bytes':
    case 'records':
      return { kind: 'bytes', compact: flexible, leastSize: flexible ? 1 : 4 }
    case 'array':
      return { kind: 'array', compact: flexible, element: planType(spec.element!.spec, version, flexible), leastSize: flexible ? 1 : 4 }
    case 'struct': {
      const struct = planStruct(spec.shape!, version, flexible)
      return { kind: 'struct', struct, leastSize: struct.leastSize }
    }
  }
}
