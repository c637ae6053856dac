import { nullUuid } from '../wire/uuid.ts'
import type { Field, PlainKind, Shape } from './field.ts'

const plainDefaults: Record<PlainKind, unknown> = {
  bool: false,
  int8: 0,
  int16: 0,
  int32: 0,
  int64: 0,
  bigint64: 0n,
  uint16: 0,
  uint32: 0,
  float64: 0,
  uuid: nullUuid,
  string: '',
  bytes: Buffer.alloc(0),
  records: null,
}

/** The value an absent field has; arrays and structs are new at each call. */
export function defaultOf({ spec }: Field<any, any>): unknown {
  if (spec.default !== undefined) return spec.default
  if (spec.kind === 'array') return []
  if (spec.kind === 'struct') return defaultStruct(spec.shape!)
  return plainDefaults[spec.kind]
}

function defaultStruct(shape: Shape): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, defaultOf(field)]))
}

/** Whether a value to be encoded says no more than leaving it out would. */
export function isDefault(field: Field<any, any>, value: unknown): boolean {
  const { spec } = field
  if (value === undefined) return true
  if (spec.default !== undefined) return value === spec.default
  if (spec.kind === 'array') return Array.isArray(value) && value.length === 0
  if (spec.kind === 'struct') return typeof value === 'object' && value !== null && isDefaultStruct(spec.shape!, value as Message)
  if (spec.kind === 'bytes') return value instanceof Uint8Array && value.byteLength === 0
  return value === plainDefaults[spec.kind]
}

type Message = Record<string, unknown> & { unknownTaggedFields?: unknown }

function isDefaultStruct(shape: Shape, value: Message): boolean {
  const unknown = value.unknownTaggedFields
  if (unknown !== undefined && !(Array.isArray(unknown) && unknown.length === 0)) return false
  return Object.entries(shape).every(([name, field]) => isDefault(field, value[name]))
}
