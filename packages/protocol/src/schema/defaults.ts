import { nullUuid } from '../wire/uuid.ts'
import type { Field, Shape } from './field.ts'

const emptyBytes = Buffer.alloc(0)

/** The value an absent field has; arrays and structs are new at each call. */
export function defaultOf({ spec }: Field<any, any>): unknown {
  if (spec.default !== undefined) return spec.default
  switch (spec.kind) {
    case 'bool':
      return false
    case 'bigint64':
      return 0n
    case 'uuid':
      return nullUuid
    case 'string':
      return ''
    case 'bytes':
      return emptyBytes
    case 'records':
      return null
    case 'array':
      return []
    case 'struct':
      return defaultStruct(spec.shape!)
    default:
      return 0
  }
}

function defaultStruct(shape: Shape): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, defaultOf(field)]))
}

/** Whether a value to be encoded says no more than leaving it out would. */
export function isDefault(field: Field<any, any>, value: unknown): boolean {
  const { spec } = field
  if (value === undefined) return true
  if (spec.default !== undefined) return value === spec.default
  switch (spec.kind) {
    case 'bytes':
      return value instanceof Uint8Array && value.byteLength === 0
    case 'array':
      return Array.isArray(value) && value.length === 0
    case 'struct':
      return typeof value === 'object' && value !== null && isDefaultStruct(spec.shape!, value as Message)
    default:
      return value === defaultOf(field)
  }
}

type Message = Record<string, unknown> & { unknownTaggedFields?: unknown }

function isDefaultStruct(shape: Shape, value: Message): boolean {
  const unknown = value.unknownTaggedFields
  if (unknown !== undefined && !(Array.isArray(unknown) && unknown.length === 0)) return false
  return Object.entries(shape).every(([name, field]) => isDefault(field, value[name]))
}
