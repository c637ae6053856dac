import type { Field, Shape } from './field.ts'
import type { FieldPlan, StructPlan, TypePlan } from './plan.ts'
import { identifier, Printer, plainDefault } from './print.ts'

/** Prints functions of a reader `r` that return what they have read. */
export class DecoderPrinter extends Printer {
  /** Every object is made by one literal with all fields in declared order, so that all versions of a message share one hidden class. */
  struct({ fields, tagged, flexible }: StructPlan): string {
    const variables = fields.map((field, i) => this.variable(field, i))
    const literal = fields.map(({ name }, i) => `${identifier(name)}: v${i}`).join(', ')
    if (!flexible) return this.define('r', [...variables, `return { ${literal} }`])
    const cases = tagged.map((field) => `case ${field.tag}: v${fields.indexOf(field)} = ${this.field(field)}; r.closeTag(end); break`)
    return this.define('r', [
      ...variables,
      'let unknown',
      'for (let left = r.tagCount(); left > 0; left--) {',
      'const tag = r.unsignedVarint(), end = r.tagEnd()',
      `switch (tag) {${cases.join('\n')}\ndefault: unknown = r.keepTag(unknown, tag, end) }`,
      '}',
      `const message = { ${literal} }`,
      'if (unknown !== undefined) message.unknownTaggedFields = inTagOrder(unknown)',
      'return message',
    ])
  }

  private variable(field: FieldPlan, i: number): string {
    return field.presence === 'inline' ? `const v${i} = ${this.field(field)}` : `let v${i} = ${defaultSource(field.field)}`
  }

  private field({ type, nullable, presence }: FieldPlan): string {
    const read = this.type(type, nullable)
    if (type.kind !== 'struct' || !nullable) return read
    return presence === 'tagged' ? `r.unsignedVarint() === 0 ? null : ${read}` : `r.int8() < 0 ? null : ${read}`
  }

  private type(type: TypePlan, nullable: boolean): string {
    switch (type.kind) {
      case 'fixed':
        return `r.${type.fixed}()`
      case 'string':
        return `r.${variant('String', type.compact, nullable)}()`
      case 'bytes':
        return `r.${variant('Bytes', type.compact, nullable)}()`
      case 'struct':
        return `${this.struct(type.struct)}(r)`
      case 'array':
        return `${this.array(type, nullable)}(r)`
    }
  }

  private array({ compact, element }: TypePlan & { kind: 'array' }, nullable: boolean): string {
    const least = Math.max(1, element.leastSize)
    return this.define('r', [
      `const length = r.${compact ? 'compactArrayLength' : 'arrayLength'}(${least})`,
      `if (length < 0) return ${nullable ? 'null' : 'r.refuseNull()'}`,
      'const values = []',
      `for (let i = 0; i < length; i++) values.push(${this.type(element, false)})`,
      'return values',
    ])
  }
}

/** The method of reader and writer for strings and bytes, e.g. `compactNullableString`. */
export function variant(what: 'String' | 'Bytes', compact: boolean, nullable: boolean): string {
  const name = `${compact ? 'Compact' : ''}${nullable ? 'Nullable' : ''}${what}`
  return name[0]!.toLowerCase() + name.slice(1)
}

function defaultSource(field: Field<any, any>): string {
  const { spec } = field
  if (spec.default !== undefined || (spec.kind !== 'array' && spec.kind !== 'struct')) return plainDefault(field)
  return spec.kind === 'array' ? '[]' : structSource(spec.shape!)
}

function structSource(shape: Shape): string {
  const fields = Object.entries(shape).map(([name, field]) => `${identifier(name)}: ${defaultSource(field)}`)
  return `{ ${fields.join(', ')} }`
}
