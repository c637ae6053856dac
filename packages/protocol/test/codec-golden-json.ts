import type { Field, Shape } from '../src/schema/field.ts'

// Kafka's JSON form of messages: bytes are base64. 64-bit integers beyond 2^53 are text, as JSON.parse would round them.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** A decoded message in Kafka's JSON form. */
export function toJson(value: unknown): Json {
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (Array.isArray(value)) return value.map((element) => toJson(element))
  if (typeof value !== 'object' || value === null) return value as Json
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]))
}

/** What a message in Kafka's JSON form is encoded from. Throws for a name the declaration does not have. */
export function fromJson(json: Json, shape: Shape): any {
  return Object.fromEntries(
    Object.entries(json as object).map(([name, value]) => {
      const field = shape[name]
      if (field === undefined) throw new Error(`${name} is not declared`)
      return [name, fieldFromJson(value, field)]
    }),
  )
}

function fieldFromJson(json: Json, { spec }: Field<any>): unknown {
  if (json === null) return null
  if (spec.kind === 'bytes' || spec.kind === 'records') return Buffer.from(json as string, 'base64')
  if (spec.kind === 'bigint64') return BigInt(json as number | string)
  if (spec.kind === 'array') return (json as Json[]).map((element) => fieldFromJson(element, spec.element!))
  return spec.kind === 'struct' ? fromJson(json, spec.shape!) : json
}
