/** A config is not usable as it was written. The message is one sentence that names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export type ConfigType = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list'

/**
 * What becomes of a value that is accepted:
 *
 * - `effective`: it does what Kafka's documentation says
 * - `no effect`: it can have none on a single broker, for the reason given; it is kept and shown
 * - `not built`: nothing but the default is accepted, since nothing would heed another value
 */
export type ConfigStatus =
  | { readonly kind: 'effective' }
  | { readonly kind: 'no effect'; readonly why: string }
  | { readonly kind: 'not built'; readonly missing: string }

/** Who may change a broker's config while it runs, in Kafka's terms; `read-only`: a restart is needed. */
export type UpdateMode = 'read-only' | 'cluster-wide'

/** One config, declared once: reading, checking, describing and the type of its value come from here. */
export interface ConfigDefinition<T = unknown> {
  readonly type: ConfigType
  /** As it would be written; null: not set. */
  readonly default: string | null
  readonly documentation: string
  readonly status: ConfigStatus
  readonly mode: UpdateMode
  /** Kafka has it for tests alone: accepted, but never shown. */
  readonly internal: boolean
  /** What the text means; undefined stands for null defaults. Throws ConfigError with only the reason. */
  readonly read: (text: string) => T
}

export interface Declared {
  readonly documentation: string
  readonly status?: ConfigStatus
  readonly mode?: UpdateMode
  readonly internal?: boolean
}

interface Bounds {
  readonly least?: number
  readonly most?: number
  /** 0 means nothing: the value is a limit of at least 1, or -1 for none. */
  readonly notZero?: true
}

/** The value of a config whose default is `D`: null only where that is null. */
type Value<T, D extends string | null> = T | Extract<D, null>

const effective: ConfigStatus = { kind: 'effective' }

/** Accepts nothing but the default. `missing` is the subject of "... is not built yet". */
export function notBuilt(missing: string): ConfigStatus {
  return { kind: 'not built', missing }
}

export function noEffect(why: string): ConfigStatus {
  return { kind: 'no effect', why }
}

export function boolean<const D extends string | null>(fallback: D, declared: Declared): ConfigDefinition<Value<boolean, D>> {
  return define('boolean', fallback, declared, readBoolean)
}

export function int<const D extends string | null>(fallback: D, declared: Declared & Bounds): ConfigDefinition<Value<number, D>> {
  return define('int', fallback, declared, (text) => within(Number(readInteger(text, 'INT', 31n)), declared))
}

/** 64 bits as written; as a number it stops at what a number can hold, 2^53 - 1: bytes and milliseconds beyond that never come. */
export function long<const D extends string | null>(fallback: D, declared: Declared & Bounds): ConfigDefinition<Value<number, D>> {
  return define('long', fallback, declared, (text) => within(clamp(readInteger(text, 'LONG', 63n)), declared))
}

export function double<const D extends string | null>(fallback: D, declared: Declared & Bounds): ConfigDefinition<Value<number, D>> {
  return define('double', fallback, declared, (text) => within(readDouble(text), declared))
}

export function string<const D extends string | null>(fallback: D, declared: Declared): ConfigDefinition<Value<string, D>> {
  return define('string', fallback, declared, (text) => text)
}

export function oneOf<const D extends string, const Word extends string>(
  words: readonly Word[],
  fallback: D,
  declared: Declared,
): ConfigDefinition<Word> {
  return define('string', fallback, declared, (text) => memberOf(words, text))
}

/** Names between commas. `words` empty: any. */
export function list<const D extends string | null>(
  words: readonly string[],
  fallback: D,
  declared: Declared,
): ConfigDefinition<Value<readonly string[], D>> {
  return define('list', fallback, declared, (text) => {
    const names = text === '' ? [] : text.split(',').map((name) => name.trim())
    if (words.length > 0) for (const name of names) memberOf(words, name)
    return names
  })
}

function define<T, R extends T>(
  type: ConfigType,
  fallback: string | null,
  { documentation, status = effective, mode = 'read-only', internal = false }: Declared,
  read: (text: string) => T,
): ConfigDefinition<R> {
  return { type, default: fallback, documentation, status, mode, internal, read: (text) => read(text.trim()) as R }
}

/**
 * Reads one config, whatever it is for.
 * @throws ConfigError in Kafka's words for values that mean nothing, in ours for those whose mechanism is not built
 */
export function readConfig<T>(name: string, definition: ConfigDefinition<T>, text: string): T {
  let value: T
  try {
    value = definition.read(text)
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`Invalid value ${text} for configuration ${name}: ${error.message}`)
    throw error
  }
  const { status } = definition
  if (status.kind === 'not built' && !isDefault(definition, value))
    throw new ConfigError(
      `Invalid value ${text} for configuration ${name}: ${status.missing} is not built yet, only ${shownDefault(definition)} is accepted`,
    )
  return value
}

function isDefault<T>(definition: ConfigDefinition<T>, value: T): boolean {
  return definition.default !== null && String(definition.read(definition.default)) === String(value)
}

function shownDefault({ default: text }: ConfigDefinition): string {
  if (text === null) return 'leaving it out'
  return text === '' ? 'an empty value' : text
}

function readBoolean(text: string): boolean {
  const word = text.toLowerCase()
  if (word !== 'true' && word !== 'false') throw new ConfigError('Expected value to be either true or false')
  return word === 'true'
}

function readInteger(text: string, type: string, bits: bigint): bigint {
  const value = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : undefined
  if (value === undefined || value < -(1n << bits) || value >= 1n << bits) throw new ConfigError(`Not a number of type ${type}`)
  return value
}

function readDouble(text: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new ConfigError('Not a number of type DOUBLE')
  return value
}

function clamp(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER
  return value < BigInt(Number.MIN_SAFE_INTEGER) ? Number.MIN_SAFE_INTEGER : Number(value)
}

function within(value: number, { least, most, notZero }: Bounds): number {
  if (notZero && value === 0) throw new ConfigError('must be unlimited (-1) or, greater than or equal to 1')
  if (least !== undefined && value < least) throw new ConfigError(`Value must be at least ${least}`)
  if (most !== undefined && value > most) throw new ConfigError(`Value must be no more than ${most}`)
  return value
}

function memberOf<Word extends string>(words: readonly Word[], text: string): Word {
  const word = words.find((each) => each === text)
  if (word === undefined) throw new ConfigError(`String must be one of: ${words.join(', ')}`)
  return word
}
