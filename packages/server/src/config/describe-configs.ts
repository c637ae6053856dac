import type { BrokerConfig } from './broker-config.ts'
import { type BrokerConfigName, brokerConfigTable, brokerSynonyms } from './broker-config-table.ts'
import type { ConfigDefinition, ConfigType } from './config-definition.ts'
import { effectiveTopicConfig } from './topic-config.ts'
import { type TopicConfigName, topicConfigSynonyms, topicConfigTable } from './topic-config-table.ts'

/** Where a value comes from, by Kafka's numbers (KIP-226). */
export const configSources = { topic: 1, staticBroker: 4, default: 5 } as const

/** Kafka's numbers of types (KIP-569). */
const typeIds: Readonly<Record<ConfigType, number>> = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 }

export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  readonly source: number
}

/** A config as it is told to clients. */
export interface ConfigEntry {
  readonly name: string
  readonly value: string | null
  readonly readOnly: boolean
  readonly source: number
  /** All that was set or is a default for it, in order of precedence: the first one counts. */
  readonly synonyms: readonly ConfigSynonym[]
  readonly type: number
  readonly documentation: string
}

/** All configs of a topic that has set `overrides` itself. */
export function describeTopicConfigs(overrides: ReadonlyMap<string, string>, config: BrokerConfig): ConfigEntry[] {
  return entriesOf(topicConfigTable).map(([name, definition]) => {
    const own = overrides.get(name)
    const first = topicConfigSynonyms[name]?.[0]?.name
    const inherited = first === undefined ? [] : synonymsOf(first as BrokerConfigName, config)
    const synonyms = own === undefined ? inherited : [{ name, value: shown(definition, own), source: configSources.topic }, ...inherited]
    const value = effectiveTopicConfig(name, overrides, config)
    return { ...toEntry(name, definition, value, synonyms), readOnly: false }
  })
}

/** All configs of the broker. */
export function describeBrokerConfigs(config: BrokerConfig): ConfigEntry[] {
  return entriesOf(brokerConfigTable).map(([name, definition]) => {
    const value = config.overrides.get(name) ?? definition.default
    return { ...toEntry(name, definition, value, synonymsOf(name, config)), readOnly: definition.mode === 'read-only' }
  })
}

function toEntry(name: string, definition: ConfigDefinition, value: string | null, synonyms: readonly ConfigSynonym[]) {
  return {
    name,
    value: value === null ? null : shown(definition, value),
    source: synonyms[0]?.source ?? configSources.default,
    synonyms,
    type: typeIds[definition.type],
    documentation: documentationOf(definition),
  }
}

function documentationOf({ documentation, status }: ConfigDefinition): string {
  if (status.kind === 'effective') return documentation
  if (status.kind === 'no effect') return `${documentation} It has no effect here: ${status.why}.`
  return `${documentation} ${status.missing} is not built yet, so it cannot be changed.`
}

/**
 * What a broker config is made of: what was set, in order of precedence, then the defaults. As in Kafka the list begins with the config
 * itself or is empty: what only its coarser forms say (log.retention.hours for log.retention.ms) is not told.
 */
function synonymsOf(name: BrokerConfigName, config: BrokerConfig): ConfigSynonym[] {
  const names = brokerSynonyms.find((group) => group.includes(name)) ?? [name]
  const set = names.flatMap((each) => synonym(each, config.overrides.get(each), configSources.staticBroker))
  const defaults = names.flatMap((each) => synonym(each, brokerConfigTable[each].default, configSources.default))
  const all = [...set, ...defaults]
  const first = all.findIndex((each) => each.name === name)
  return first === -1 ? [] : all.slice(first)
}

function synonym(name: BrokerConfigName, text: string | null | undefined, source: number): ConfigSynonym[] {
  return text == null ? [] : [{ name, value: shown(brokerConfigTable[name], text), source }]
}

/** A value as Kafka would print what it read. */
function shown({ type, read }: ConfigDefinition, text: string): string {
  if (type === 'int' || type === 'long') return String(BigInt(text.trim().replace('+', '')))
  return type === 'double' ? text.trim() : String(read(text))
}

function entriesOf<Name extends TopicConfigName | BrokerConfigName>(
  table: Readonly<Record<Name, ConfigDefinition>>,
): [Name, ConfigDefinition][] {
  return Object.entries<ConfigDefinition>(table).filter(([, { internal }]) => !internal) as [Name, ConfigDefinition][]
}
