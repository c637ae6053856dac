import { ProtocolError } from '../protocol-error.ts'
import { inTagOrder, type Reader, type UnknownTaggedField } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { defaultOf, isDefault } from './defaults.ts'
import type { FieldPlan, StructPlan, TypePlan } from './plan.ts'

// The codec one can read: a plan folded into closures. compile.ts must agree with it byte for byte.
// It also says in which field something was wrong, which the compiled codec does not keep track of.

export type Decode = (reader: Reader) => any
export type Encode = (writer: Writer, value: any) => void

type Message = Record<string, unknown> & { unknownTaggedFields?: UnknownTaggedField[] }

export function interpretDecoder(plan: StructPlan): Decode {
  const fields = plan.fields.map((field) => ({ ...field, read: field.presence === 'absent' ? null : fieldReader(field) }))
  const byTag = new Map(fields.filter((field) => field.presence === 'tagged').map((field) => [field.tag, field]))

  return (reader) => {
    const message: Message = {}
    for (const { name, field, presence, read } of fields) {
      message[name] = presence === 'inline' ? within(name, () => read!(reader)) : defaultOf(field)
    }
    if (plan.flexible) readTags(reader, message)
    return message
  }

  function readTags(reader: Reader, message: Message): void {
    let unknown: UnknownTaggedField[] | undefined
    for (let left = reader.tagCount(); left > 0; left--) {
      const tag = reader.unsignedVarint()
      const end = reader.tagEnd()
      const known = byTag.get(tag)
      if (known === undefined) {
        unknown = reader.keepTag(unknown, tag, end)
      } else {
        message[known.name] = within(known.name, () => {
          const value = known.read!(reader)
          reader.closeTag(end)
          return value
        })
      }
    }
    if (unknown !== undefined) message.unknownTaggedFields = inTagOrder(unknown)
  }
}

function fieldReader({ type, nullable, presence }: FieldPlan): Decode {
  const read = typeReader(type, nullable)
  if (type.kind !== 'struct' || !nullable) return read
  // Kafka marks a nullable struct with a signed byte, in a tag section with a varint.
  const isNull: (reader: Reader) => boolean =
    presence === 'tagged' ? (reader) => reader.unsignedVarint() === 0 : (reader) => reader.int8() < 0
  return (reader) => (isNull(reader) ? null : read(reader))
}

function typeReader(type: TypePlan, nullable: boolean): Decode {
  switch (type.kind) {
    case 'string':
      if (type.compact) return nullable ? (reader) => reader.compactNullableString() : (reader) => reader.compactString()
      return nullable ? (reader) => reader.nullableString() : (reader) => reader.string()
    case 'bytes':
      if (type.compact) return nullable ? (reader) => reader.compactNullableBytes() : (reader) => reader.compactBytes()
      return nullable ? (reader) => reader.nullableBytes() : (reader) => reader.bytes()
    case 'array':
      return arrayReader(type, nullable)
    case 'struct':
      return interpretDecoder(type.struct)
    case 'fixed': {
      const { fixed } = type
      return (reader) => reader[fixed]()
    }
  }
}

function arrayReader({ compact, element }: TypePlan & { kind: 'array' }, nullable: boolean): Decode {
  const read = typeReader(element, false)
  const least = Math.max(1, element.leastSize)
  return (reader) => {
    const length = compact ? reader.compactArrayLength(least) : reader.arrayLength(least)
    if (length < 0) return nullable ? null : reader.refuseNull()
    const values: unknown[] = []
    for (let i = 0; i < length; i++) values.push(within(`[${i}]`, () => read(reader)))
    return values
  }
}

export function interpretEncoder(plan: StructPlan): Encode {
  const fields = plan.fields.map((field) => ({ ...field, write: field.presence === 'absent' ? null : fieldWriter(field) }))
  const tagged = fields.filter((field) => field.presence === 'tagged').sort((a, b) => a.tag - b.tag)

  return (writer, message: Message) => {
    writer.expectObject(message)
    for (const { name, field, presence, ignorable, write } of fields) {
      const value = message[name]
      if (presence === 'inline') within(name, () => write!(writer, value))
      if (presence === 'absent' && !ignorable && !isDefault(field, value)) writer.refuseAbsent(name)
    }
    const { unknownTaggedFields: unknown = [] } = message
    const unknownCount = writer.unknownTagCount(unknown)
    if (plan.flexible) writeTags(writer, message, unknown, unknownCount)
    else if (unknownCount > 0) writer.refuseAbsent('unknownTaggedFields')
  }

  function writeTags(writer: Writer, message: Message, unknown: UnknownTaggedField[], unknownCount: number): void {
    const set = tagged.filter(({ field, name }) => !isDefault(field, message[name]))
    writer.unsignedVarint(unknownCount + set.length)
    let next = 0
    for (const known of tagged) {
      next = writer.unknownTags(unknown, next, known.tag)
      if (!set.includes(known)) continue
      const mark = writer.openTag(known.tag)
      within(known.name, () => known.write!(writer, message[known.name]))
      writer.closeTag(mark)
    }
    writer.unknownTags(unknown, next, Number.POSITIVE_INFINITY)
  }
}

function fieldWriter(plan: FieldPlan): Encode {
  const { field, type, nullable, presence } = plan
  const write = typeWriter(type, nullable)
  if (type.kind !== 'struct') return (writer, value) => write(writer, value === undefined ? defaultOf(field) : value)
  if (!nullable) return (writer, value) => write(writer, value === undefined ? {} : value)
  const mark: (writer: Writer, present: boolean) => void =
    presence === 'tagged' ? (writer, present) => writer.unsignedVarint(present ? 1 : 0) : (writer, present) => writer.int8(present ? 1 : -1)
  return (writer, value) => {
    const given = value === undefined ? defaultOf(field) : value
    mark(writer, given !== null)
    if (given !== null) write(writer, given)
  }
}

function typeWriter(type: TypePlan, nullable: boolean): Encode {
  switch (type.kind) {
    case 'string':
      if (type.compact)
        return nullable ? (writer, value) => writer.compactNullableString(value) : (writer, value) => writer.compactString(value)
      return nullable ? (writer, value) => writer.nullableString(value) : (writer, value) => writer.string(value)
    case 'bytes':
      if (type.compact)
        return nullable ? (writer, value) => writer.compactNullableBytes(value) : (writer, value) => writer.compactBytes(value)
      return nullable ? (writer, value) => writer.nullableBytes(value) : (writer, value) => writer.bytes(value)
    case 'array':
      return arrayWriter(type, nullable)
    case 'struct':
      return interpretEncoder(type.struct)
    case 'fixed': {
      const { fixed } = type
      return (writer, value) => writer[fixed](value as never)
    }
  }
}

function arrayWriter({ compact, element }: TypePlan & { kind: 'array' }, nullable: boolean): Encode {
  const write = typeWriter(element, false)
  return (writer, values: unknown[] | null) => {
    if (values === null) {
      if (!nullable) writer.refuseNull()
      return compact ? writer.unsignedVarint(0) : writer.int32(-1)
    }
    if (compact) writer.compactArrayLength(values)
    else writer.arrayLength(values)
    for (let i = 0; i < values.length; i++) within(`[${i}]`, () => write(writer, values[i]))
  }
}

/** Runs `step`; a ProtocolError out of it gets `place`, a field name or an index, put before its path. */
function within<T>(place: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const inner = error.field === undefined || error.field.startsWith('[') ? (error.field ?? '') : `.${error.field}`
    const { reason, position } = error
    throw new ProtocolError(reason, position === undefined ? { field: place + inner } : { field: place + inner, position })
  }
}
