import { resolve } from 'node:path'
import { logLevels } from '@logan/common'
import { resolveBrokerConfig } from './broker-config.ts'
import { ConfigError } from './config-definition.ts'
import { type Option, OptionsError, type Parsed, parseSource, type Written } from './option-table.ts'
import { hostPort, integer, oneOf, settings, text, topics } from './option-values.ts'

/** The word for a directory of the operating system's choice that goes when the broker closes. */
export const temporary = 'temporary'

/** Everything that can be chosen about a broker. Order is the order of the help text. */
export const brokerOptionTable = {
  bind: {
    schema: hostPort(0, '127.0.0.1:9092'),
    placeholder: 'HOST:PORT',
    help: 'address to listen on; port 0 takes a free one',
    otherwise: '127.0.0.1:9092',
  },
  advertise: {
    schema: hostPort(1, 'broker.example:9092'),
    placeholder: 'HOST:PORT',
    help: 'address that clients are told to connect to',
    otherwise: 'the address through which each client came',
  },
  logDir: {
    schema: text,
    placeholder: 'DIR',
    help: 'directory of the data; the word "temporary" means one that is removed at the end',
  },
  logLevel: { schema: oneOf(logLevels), placeholder: 'LEVEL', help: `what to log: ${logLevels.join(', ')}`, otherwise: 'warn' },
  shards: {
    schema: integer(0, 0, '0, for everything runs on one thread so far'),
    placeholder: 'N',
    help: 'worker threads; only 0 for now, which runs everything on one thread',
    otherwise: '0',
  },
  maxConnections: {
    schema: integer(1, 1_000_000),
    placeholder: 'N',
    help: 'clients that may be connected at a time, more are turned away; short for max.connections',
    otherwise: 'no limit',
  },
  retentionBytes: {
    schema: integer(-1, Number.MAX_SAFE_INTEGER, 'a whole number of bytes, or -1 for no limit'),
    placeholder: 'N',
    help: 'bytes that a partition keeps, -1 for no limit; short for log.retention.bytes',
    otherwise: 'no limit',
  },
  retentionHours: {
    schema: integer(-1, 2 ** 31 - 1, 'a whole number of hours, or -1 for no limit'),
    placeholder: 'N',
    help: 'hours that a record is kept, -1 for no limit; short for log.retention.hours',
    otherwise: '168',
  },
  flushMode: {
    schema: oneOf(['sync', 'os']),
    placeholder: 'MODE',
    help: 'sync: acks=all means on disk; os: the operating system writes when it likes, as Kafka by default',
    otherwise: 'sync, or os with a temporary directory',
  },
  topics: {
    schema: topics,
    placeholder: 'NAME:PARTITIONS',
    help: 'topic to create at start if it is missing',
    flag: 'topic',
    repeatable: true,
  },
  set: { schema: settings, placeholder: 'KEY=VALUE', help: "any config of the broker by Kafka's name", repeatable: true },
} satisfies Record<string, Option>

type Table = typeof brokerOptionTable
/** One source of options, read; what it does not say is missing. */
export type PartialOptions = Parsed<Table>
/** What `startBroker` takes. Only where the data goes has to be said. */
export type BrokerOptionsInput = Written<Table> & { readonly logDir: string }

type Decided = { readonly [Name in keyof PartialOptions]-?: Exclude<PartialOptions[Name], undefined> }

/** What a broker is started with: everything decided, and what is short for a config stands under the config's name in `set`. */
export interface BrokerOptions extends Omit<Decided, 'advertise' | ShortForm> {
  /** Undefined: the address through which the client came. */
  readonly advertise: Decided['advertise'] | undefined
}

/** Options that only say a config of the broker in fewer letters. */
const configFor = {
  maxConnections: 'max.connections',
  retentionBytes: 'log.retention.bytes',
  retentionHours: 'log.retention.hours',
  flushMode: 'flush.mode',
} as const
type ShortForm = keyof typeof configFor

/** The options of a program that embeds a broker. Throws OptionsError. */
export function parseBrokerOptions(options: BrokerOptionsInput): BrokerOptions {
  return mergeOptions([parseSource(brokerOptionTable, options, (name) => `option ${name}`)])
}

/** Several sources made one, the weakest first. Topics and configs are joined by name, of anything else the strongest counts. Throws OptionsError. */
export function mergeOptions(sources: readonly PartialOptions[]): BrokerOptions {
  const { advertise, bind, logDir, logLevel, shards }: PartialOptions = Object.assign({}, ...sources.map(withoutMissing))
  if (logDir === undefined) throw new OptionsError('option logDir must say where the data goes')
  const topicsByName = new Map(sources.flatMap((source) => source.topics ?? []).map((topic) => [topic.name, topic]))
  const set: Record<string, string> = Object.assign(logDir === temporary ? { 'flush.mode': 'os' } : {}, ...sources.map(configsOf))
  checkConfigs(set)
  return {
    bind: bind ?? { host: '127.0.0.1', port: 9092 },
    advertise,
    logDir: logDir === temporary ? logDir : resolve(logDir),
    logLevel: logLevel ?? 'warn',
    shards: shards ?? 0,
    topics: [...topicsByName.values()],
    set,
  }
}

/** What is missing hides nothing weaker. */
function withoutMissing(source: PartialOptions): PartialOptions {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined))
}

function configsOf(source: PartialOptions): Record<string, string> {
  const configs = { ...source.set }
  for (const [name, config] of Object.entries(configFor)) {
    const value = source[name as ShortForm]
    if (value === undefined) continue
    if (config in configs) throw new OptionsError(`${name} and ${config} say the same thing: give one of them`)
    configs[config] = String(value)
  }
  return configs
}

function checkConfigs(set: Readonly<Record<string, string>>): void {
  try {
    resolveBrokerConfig(set)
  } catch (error) {
    throw error instanceof ConfigError ? new OptionsError(error.message) : error
  }
}
