import * as z from 'zod/mini'

/** A setting that somebody wrote is not usable. The message is one sentence for that person. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
}

/** One option, declared once: flag, environment variable, file key, help text and the embedding's type all come from here. */
export interface Option<Schema extends z.ZodMiniType = z.ZodMiniType> {
  /** Takes the value as a program writes it, as text, and as it reads it itself, so that parsing twice changes nothing. */
  readonly schema: Schema
  /** Stands for the value in the help text. */
  readonly placeholder: string
  readonly help: string
  /** What the help text says happens when it is not given. */
  readonly otherwise?: string
  /** Name of the flag where it is not the option's own name: a flag that repeats stands in the singular. */
  readonly flag?: string
  readonly repeatable?: true
}

export type OptionTable = Readonly<Record<string, Option>>
type Shape<Table extends OptionTable> = { [Name in keyof Table]: z.ZodMiniOptional<Table[Name]['schema']> }
/** What a program writes. Nothing in it is required. */
export type Written<Table extends OptionTable> = z.input<z.ZodMiniObject<Shape<Table>>>
/** What was written, read. */
export type Parsed<Table extends OptionTable> = z.output<z.ZodMiniObject<Shape<Table>>>

/** `logDir` is `--log-dir`. */
export function flagOf(name: string, option: Option): string {
  return `--${(option.flag ?? name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `logDir` is `LOGAN_LOG_DIR`. */
export function environmentOf(name: string, option: Option): string {
  return `LOGAN_${(option.flag ?? name).replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** The one schema of a table: every option may be missing, and no other key may be there. */
export function schemaOf<Table extends OptionTable>(table: Table): z.ZodMiniObject<Shape<Table>, z.core.$strict> {
  const entries = Object.entries(table).map(([name, option]) => [name, z.optional(option.schema)])
  return z.strictObject(Object.fromEntries(entries) as Shape<Table>)
}

/** Reads one source of options; `where` says how its writer calls an option. Throws OptionsError. */
export function parseSource<Table extends OptionTable>(table: Table, source: unknown, where: (name: string) => string): Parsed<Table> {
  const parsed = schemaOf(table).safeParse(source)
  if (parsed.success) return parsed.data
  throw new OptionsError(sentence(parsed.error.issues[0], where))
}

function sentence(issue: z.core.$ZodIssue | undefined, where: (name: string) => string): string {
  if (issue?.code === 'unrecognized_keys') return `${where(String(issue.keys[0]))} is not an option`
  const [name] = issue?.path ?? []
  return name === undefined ? 'options must be a mapping of names to values' : `${where(String(name))} ${issue?.message}`
}
