import { defaultOf } from './defaults.ts'
import type { Field } from './field.ts'

/** What the printers of decoders and encoders have in common: the functions printed so far and the declarations they refer to. */
export abstract class Printer {
  readonly functions: string[] = []
  readonly fields: Field<any, any>[] = []

  /** Adds a function and returns its name. */
  protected define(parameters: string, body: readonly string[]): string {
    const name = `f${this.functions.length}`
    this.functions.push(`function ${name}(${parameters}) {\n${body.join('\n')}\n}`)
    return name
  }

  /** The source that refers to a declaration. */
  protected fieldReference(field: Field<any, any>): string {
    this.fields.push(field)
    return `fields[${this.fields.length - 1}]`
  }
}

/** A field name as it may stand in source. Names come from our declarations alone; this makes sure that none can be anything else. */
export function identifier(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) throw new Error(`not a field name: ${name}`)
  return name
}

/** Source of the default of a field that is neither array nor struct; null for those, as that may be their default too. */
export function plainDefault(field: Field<any, any>): string {
  if (field.spec.default === undefined && field.spec.kind === 'bytes') return 'noBytes'
  const value = defaultOf(field)
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
}
