import type { LogConfig } from '@logan/storage'
import type { BrokerConfig } from './broker-config.ts'
import { type ConfigDefinition, ConfigError, readConfig } from './config-definition.ts'
import { type BrokerSynonym, type TopicConfigName, topicConfigSynonyms, topicConfigTable } from './topic-config-table.ts'

/** What the configs of a topic come to, for those who act on them. */
export interface TopicSettings {
  readonly log: LogConfig
  readonly minInsyncReplicas: number
}

type ValueOf<Name extends TopicConfigName> = (typeof topicConfigTable)[Name] extends ConfigDefinition<infer T> ? T : never

/**
 * The settings of a topic: its own configs, the broker's where it has none, and the defaults.
 * @throws ConfigError when the topic has a config that would not be accepted now, so that none is stored and ignored
 */
export function topicSettings(overrides: ReadonlyMap<string, string>, config: BrokerConfig): TopicSettings {
  for (const [name, value] of overrides) validateTopicConfig(name, value)
  const read = <Name extends TopicConfigName>(name: Name): ValueOf<Name> => {
    const text = effectiveTopicConfig(name, overrides, config)
    return (text === null ? null : topicConfigTable[name].read(text)) as ValueOf<Name>
  }
  return {
    minInsyncReplicas: read('min.insync.replicas'),
    log: {
      segmentBytes: read('internal.segment.bytes') ?? read('segment.bytes'),
      segmentMs: read('segment.ms'),
      indexIntervalBytes: read('index.interval.bytes'),
      segmentIndexBytes: read('segment.index.bytes'),
      retentionMs: read('retention.ms'),
      retentionBytes: read('retention.bytes'),
      fileDeleteDelayMs: read('file.delete.delay.ms'),
      maxMessageBytes: read('max.message.bytes'),
      messageTimestampType: read('message.timestamp.type'),
      messageTimestampBeforeMaxMs: read('message.timestamp.before.max.ms'),
      messageTimestampAfterMaxMs: read('message.timestamp.after.max.ms'),
      flushMode: config.flushMode,
      checkRecords: config.verifyRecords,
      producerIdExpirationMs: config.producerIdExpirationMs,
    },
  }
}

/** What a config is in force with for a topic, as it would be written for the topic itself; null: not at all. */
export function effectiveTopicConfig(name: TopicConfigName, overrides: ReadonlyMap<string, string>, config: BrokerConfig): string | null {
  const own = overrides.get(name)
  if (own !== undefined) return own
  const synonyms = topicConfigSynonyms[name] ?? []
  const set = synonyms.find((synonym) => config.overrides.has(synonym.name))
  return set === undefined ? topicConfigTable[name].default : converted(config.overrides.get(set.name)!, set)
}

/** A time below 0 stands for "no limit" in every unit. */
function converted(text: string, { unit }: BrokerSynonym): string {
  if (unit === undefined) return text
  const count = Number(text)
  return String(count < 0 ? -1 : count * unit)
}

/** Whether a topic may have this config. @throws ConfigError in the words of Kafka's INVALID_CONFIG */
export function validateTopicConfig(name: string, value: string | null): void {
  if (!isTopicConfig(name)) throw new ConfigError(`Unknown topic config name: ${name}`)
  if (value === null) throw new ConfigError(`Null value not supported for topic configs: ${name}`)
  readConfig(name, topicConfigTable[name] as ConfigDefinition, value)
}

export function isTopicConfig(name: string): name is TopicConfigName {
  return Object.hasOwn(topicConfigTable, name)
}
