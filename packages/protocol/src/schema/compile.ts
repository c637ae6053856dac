import { inTagOrder } from '../wire/reader.ts'
import { isDefault } from './defaults.ts'
import type { Field } from './field.ts'
import type { Decode, Encode } from './interpret.ts'
import type { StructPlan } from './plan.ts'
import { DecoderPrinter } from './print-decoder.ts'
import { EncoderPrinter } from './print-encoder.ts'

// The fast codec: a plan printed as straight-line functions, one per struct and array, and evaluated once. Nothing from the wire gets into
// the source, only names, numbers and defaults of our own declarations. What the functions do is what interpret.ts does.

export function compileDecoder(plan: StructPlan): Decode {
  const printer = new DecoderPrinter()
  const root = printer.struct(plan)
  return evaluate(printer.functions, root, printer.fields)
}

export function compileEncoder(plan: StructPlan): Encode {
  const printer = new EncoderPrinter()
  const root = printer.struct(plan)
  return evaluate(printer.functions, root, printer.fields)
}

/** `fields` are the declarations the source refers to as `fields[i]`. */
function evaluate<F>(functions: readonly string[], root: string, fields: readonly Field<any, any>[]): F {
  const source = `'use strict'\nconst none = [], empty = {}, noBytes = Buffer.alloc(0)\n${functions.join('\n')}\nreturn ${root}`
  // oxlint-disable-next-line typescript/no-implied-eval -- the whole point of this file; see above for what can be in the source
  return new Function('fields', 'isDefault', 'inTagOrder', source)(fields, isDefault, inTagOrder) as F
}
