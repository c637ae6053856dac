import type { UnknownTaggedField } from '../wire/reader.ts'

/** Kinds whose values always take the same number of bytes. */
export const fixedSize = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  bigint64: 8,
  uint16: 2,
  uint32: 4,
  float64: 8,
  uuid: 16,
} as const

export type FixedKind = keyof typeof fixedSize
export type PlainKind = FixedKind | 'string' | 'bytes' | 'records'
export type FieldKind = PlainKind | 'array' | 'struct'

export function isFixed(kind: FieldKind): kind is FixedKind {
  return kind in fixedSize
}

/** What is declared about a field, whatever the version. Version bounds are inclusive. */
export interface FieldSpec {
  readonly kind: FieldKind
  /** The fields of a struct. */
  readonly shape?: Shape
  /** The element of an array. */
  readonly element?: Field<any, any>
  readonly since: number
  readonly until: number
  /** Versions in which null is allowed; none when undefined. */
  readonly nullable?: { readonly from: number; readonly until: number }
  readonly tag?: number
  /** `undefined` stands for the kind's own default: zero, false, empty, a struct of defaults, no records. */
  readonly default?: unknown
  readonly ignorable: boolean
  /** Keeps the encoding of old in flexible versions too. */
  readonly neverCompact?: boolean
}

/**
 * One field of a message, immutable: each modifier returns a copy.
 *
 * @typeParam T what decoding gives.
 * @typeParam I what encoding takes: any part of a struct may be left out.
 */
export class Field<T, I = T> {
  declare readonly type: T
  declare readonly input: I
  readonly spec: FieldSpec

  constructor(spec: FieldSpec) {
    this.spec = spec
  }

  /** The first version with this field. */
  since(version: number): Field<T, I> {
    return new Field({ ...this.spec, since: version })
  }

  /** The last version with this field. */
  until(version: number): Field<T, I> {
    return new Field({ ...this.spec, until: version })
  }

  /** May be null, in all versions or in those from `from` to `until`. In others null is refused. */
  nullable(from = 0, until = Number.POSITIVE_INFINITY): Field<T | null, I | null> {
    return new Field({ ...this.spec, nullable: { from, until } })
  }

  /** Not written in its place but, when it differs from its default, in the tag section (KIP-482). */
  tagged(tag: number): Field<T, I> {
    return new Field({ ...this.spec, tag })
  }

  /** The value of the field where it is absent. */
  default(value: T & (string | number | bigint | boolean | null)): Field<T, I> {
    return new Field({ ...this.spec, default: value })
  }

  /** Keeps the encoding of old in flexible versions too: the client id of request headers alone. */
  neverCompact(): Field<T, I> {
    return new Field({ ...this.spec, neverCompact: true })
  }

  /** A value set for a version without this field is dropped silently; without this it is an error. */
  ignorable(): Field<T, I> {
    return new Field({ ...this.spec, ignorable: true })
  }
}

/** The fields of a message or struct, in wire order. */
export interface Shape {
  readonly [name: string]: Field<any, any>
}

/** A decoded message: every field is there, those absent in the version with their defaults. */
export type Value<S extends Shape> = { -readonly [K in keyof S]: S[K]['type'] } & {
  /** Tagged fields the declaration does not know, in order of tags; absent when there were none. */
  unknownTaggedFields?: UnknownTaggedField[] | undefined
}

/** What a message may be encoded from: fields left out take their defaults. */
export type Input<S extends Shape> = { readonly [K in keyof S]?: S[K]['input'] | undefined } & {
  readonly unknownTaggedFields?: readonly UnknownTaggedField[] | undefined
}

function plain<T, I = T>(kind: PlainKind): Field<T, I> {
  return new Field({ kind, since: 0, until: Number.POSITIVE_INFINITY, ignorable: false })
}

export const bool = plain<boolean>('bool')
export const int8 = plain<number>('int8')
export const int16 = plain<number>('int16')
export const int32 = plain<number>('int32')
/** For offsets, timestamps, ids: refused beyond 2^53 - 1, reading and writing. */
export const int64 = plain<number>('int64')
/** For 64-bit integers that may be anything. */
export const bigint64 = plain<bigint>('bigint64')
export const uint16 = plain<number>('uint16')
export const uint32 = plain<number>('uint32')
export const float64 = plain<number>('float64')
/** Kafka's text form, 22 characters of base64url; `nullUuid` for none. */
export const uuid = plain<string>('uuid')
export const string = plain<string>('string')
/** Decoded as a view, borrowed when encoded. */
export const bytes = plain<Buffer, Uint8Array>('bytes')
/** Record batches, or a message set in old versions: a view that nobody has looked into. */
export const records = plain<Buffer, Uint8Array>('records')

export function struct<const S extends Shape>(shape: S): Field<Value<S>, Input<S>> {
  return new Field({ kind: 'struct', shape, since: 0, until: Number.POSITIVE_INFINITY, ignorable: false })
}

/** An array of structs or of a plain field. */
export function array<const S extends Shape>(shape: S): Field<Value<S>[], readonly Input<S>[]>
export function array<T, I>(element: Field<T, I>): Field<T[], readonly I[]>
export function array(of: Shape | Field<unknown>): Field<unknown[], readonly unknown[]> {
  const element = of instanceof Field ? of : struct(of)
  return new Field({ kind: 'array', element, since: 0, until: Number.POSITIVE_INFINITY, ignorable: false })
}
