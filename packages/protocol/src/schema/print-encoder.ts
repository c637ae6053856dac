import type { FieldPlan, StructPlan, TypePlan } from './plan.ts'
import { identifier, Printer, plainDefault } from './print.ts'
import { variant } from './print-decoder.ts'

/** Prints functions of a writer `w` and a value. */
export class EncoderPrinter extends Printer {
  struct(plan: StructPlan): string {
    return this.define('w, m', [
      "if (typeof m !== 'object' || m === null) w.expectObject(m)",
      'let v',
      ...plan.fields.flatMap((field) => this.outsideTags(field)),
      'const unknown = m.unknownTaggedFields',
      'const unknownCount = unknown === undefined ? 0 : w.unknownTagCount(unknown)',
      ...(plan.flexible ? this.tagSection(plan.tagged) : ["if (unknownCount > 0) w.refuseAbsent('unknownTaggedFields')"]),
    ])
  }

  /** What is written or checked before the tag section. */
  private outsideTags(field: FieldPlan): string[] {
    const name = identifier(field.name)
    if (field.presence === 'inline') return [`v = m.${name}`, this.field(field)]
    if (field.presence === 'tagged' || field.ignorable) return []
    return [`v = m.${name}`, `if (${this.isSet(field)}) w.refuseAbsent('${name}')`]
  }

  private tagSection(tagged: readonly FieldPlan[]): string[] {
    const set = tagged.map((field, i) => `const t${i} = m.${identifier(field.name)}; v = t${i}; const set${i} = ${this.isSet(field)}`)
    const count = ['unknownCount', ...tagged.map((_, i) => `(set${i} ? 1 : 0)`)].join(' + ')
    const known = tagged.flatMap((field, i) => [
      `if (unknownCount > 0) next = w.unknownTags(unknown, next, ${field.tag})`,
      `if (set${i}) { const mark = w.openTag(${field.tag}); v = t${i}; ${this.field(field)}; w.closeTag(mark) }`,
    ])
    return [...set, `w.unsignedVarint(${count})`, 'let next = 0', ...known, 'if (unknownCount > 0) w.unknownTags(unknown, next, Infinity)']
  }

  /** An expression: whether `v` says more than leaving the field out would. */
  private isSet({ field }: FieldPlan): string {
    const { spec } = field
    if (spec.default === undefined && (spec.kind === 'bytes' || spec.kind === 'struct' || spec.kind === 'array')) {
      return `v !== undefined && !isDefault(${this.fieldReference(field)}, v)`
    }
    return `v !== undefined && v !== ${plainDefault(field)}`
  }

  /** A statement that writes `v`, the value of the field. */
  private field(plan: FieldPlan): string {
    const { field, type, nullable, presence } = plan
    const { spec } = field
    if (type.kind === 'array') return this.type(type, nullable, `v === undefined ? ${spec.default === null ? 'null' : 'none'} : v`)
    if (type.kind !== 'struct') return this.type(type, nullable, `v === undefined ? ${plainDefault(field)} : v`)
    const write = this.type(type, false, 'v === undefined ? empty : v')
    if (!nullable) return write
    const isNull = spec.default === null ? 'v === undefined || v === null' : 'v === null'
    const mark = presence === 'tagged' ? ['w.unsignedVarint(0)', 'w.unsignedVarint(1)'] : ['w.int8(-1)', 'w.int8(1)']
    return `if (${isNull}) ${mark[0]}; else { ${mark[1]}; ${write} }`
  }

  /** A statement that writes the value of an expression. */
  private type(type: TypePlan, nullable: boolean, value: string): string {
    switch (type.kind) {
      case 'fixed':
        return `w.${type.fixed}(${value})`
      case 'string':
        return `w.${variant('String', type.compact, nullable)}(${value})`
      case 'bytes':
        return `w.${variant('Bytes', type.compact, nullable)}(${value})`
      case 'struct':
        return `${this.struct(type.struct)}(w, ${value})`
      case 'array':
        return `${this.array(type, nullable)}(w, ${value})`
    }
  }

  private array({ compact, element }: TypePlan & { kind: 'array' }, nullable: boolean): string {
    const writeNull = compact ? 'w.unsignedVarint(0)' : 'w.int32(-1)'
    return this.define('w, values', [
      `if (values === null) return ${nullable ? writeNull : 'w.refuseNull()'}`,
      `w.${compact ? 'compactArrayLength' : 'arrayLength'}(values)`,
      `for (let i = 0; i < values.length; i++) ${this.type(element, false, 'values[i]')}`,
    ])
  }
}
