import { describe, expect, test } from 'vitest'
import { resolveBrokerConfig } from '../../src/config/broker-config.ts'
import { brokerConfigTable, brokerSynonyms } from '../../src/config/broker-config-table.ts'
import { type ConfigDefinition, ConfigError, readConfig } from '../../src/config/config-definition.ts'
import { effectiveTopicConfig, topicSettings, validateTopicConfig } from '../../src/config/topic-config.ts'
import { type TopicConfigName, topicConfigSynonyms, topicConfigTable } from '../../src/config/topic-config-table.ts'

const tables: [string, Readonly<Record<string, ConfigDefinition>>][] = [
  ['topic', topicConfigTable],
  ['broker', brokerConfigTable],
]

describe.each(tables)('the table of %s configs', (_, table) => {
  test.each(Object.entries(table))('%s has a default that it accepts itself', (name, definition) => {
    if (definition.default !== null) expect(() => readConfig(name, definition, definition.default!)).not.toThrow()
    expect(definition.documentation).toMatch(/\.$/)
  })

  test('takes nothing for a config whose mechanism is missing, but the default', () => {
    const samples: Record<string, string> = { boolean: 'true', int: '7', long: '7', double: '0.25', list: 'compact', string: 'gzip' }
    const missing = Object.entries(table).filter(([, { status }]) => status.kind === 'not built')
    expect(missing.length).toBeGreaterThan(2)
    for (const [name, definition] of missing) {
      expect(() => readConfig(name, definition, samples[definition.type]!), name).toThrow(/not built yet/)
    }
  })
})

test('every broker config that a topic config falls back to exists and means the same', () => {
  for (const [name, synonyms] of Object.entries(topicConfigSynonyms)) {
    for (const { name: broker, unit } of synonyms) {
      const definition: ConfigDefinition | undefined = brokerConfigTable[broker as keyof typeof brokerConfigTable]
      expect(definition, broker).toBeDefined()
      const topic: ConfigDefinition = topicConfigTable[name as TopicConfigName]
      expect(definition?.status, broker).toEqual(topic.status)
      if (definition?.default != null)
        expect(Number(definition.default) * (unit ?? 1) || definition.default).toEqual(Number(topic.default) || topic.default)
    }
  }
})

test('synonyms of the broker are those that topics fall back to in the same order', () => {
  const several = Object.values(topicConfigSynonyms).filter((synonyms) => synonyms.length > 1)
  const byName = (lists: readonly (readonly string[])[]): string[] => lists.map((names) => names.join()).sort()
  expect(byName(brokerSynonyms)).toEqual(byName(several.map((synonyms) => synonyms.map(({ name }) => name))))
})

describe('resolveBrokerConfig', () => {
  test('gives Kafka’s defaults by camelCase names', () => {
    const config = resolveBrokerConfig({})
    expect(config).toMatchObject({ numPartitions: 1, messageMaxBytes: 1_048_588, logRetentionMs: null, autoCreateTopicsEnable: true })
    expect(config.overrides.size).toBe(0)
  })

  test.each(['log.retention.hours', 'log.retention.minutes', 'log.retention.ms'])('%s is a limit or -1, never 0', (name) => {
    expect(() => resolveBrokerConfig({ [name]: '0' })).toThrow(/unlimited \(-1\)/)
    expect(resolveBrokerConfig({ [name]: '-1' }).overrides.get(name)).toBe('-1')
  })

  test('reads what is set', () => {
    const config = resolveBrokerConfig({ 'num.partitions': ' 12 ', 'auto.create.topics.enable': 'FALSE', 'flush.mode': 'os' })
    expect(config).toMatchObject({ numPartitions: 12, autoCreateTopicsEnable: false, flushMode: 'os' })
  })

  test.each([
    [{ 'no.such.config': '1' }, 'no.such.config is not a config of this broker'],
    [{ toString: '1' }, 'toString is not a config of this broker'],
    [{ 'log.dirs': '/tmp' }, 'log.dirs is said by the option logDir'],
    [{ 'num.partitions': 'many' }, 'Invalid value many for configuration num.partitions: Not a number of type INT'],
    [{ 'num.partitions': '0' }, 'Invalid value 0 for configuration num.partitions: Value must be at least 1'],
    [{ 'num.partitions': '2147483648' }, 'Invalid value 2147483648 for configuration num.partitions: Not a number of type INT'],
    [{ 'flush.mode': 'maybe' }, 'Invalid value maybe for configuration flush.mode: String must be one of: sync, os'],
    [
      { 'log.cleanup.policy': 'compact' },
      'Invalid value compact for configuration log.cleanup.policy: Log compaction is not built yet, only delete is accepted',
    ],
  ])('refuses %o', (overrides, message) => {
    expect(() => resolveBrokerConfig(overrides as unknown as Record<string, string>)).toThrow(new ConfigError(message))
  })
})

describe('topic configs', () => {
  const none = new Map<string, string>()

  test('the topic’s own value beats the broker’s, finer units beat coarser ones, the default comes last', () => {
    const config = resolveBrokerConfig({ 'log.retention.hours': '2', 'log.retention.minutes': '5', 'log.segment.bytes': '2097152' })
    expect(effectiveTopicConfig('retention.ms', none, config)).toBe('300000')
    expect(effectiveTopicConfig('retention.ms', new Map([['retention.ms', '7']]), config)).toBe('7')
    expect(topicSettings(none, config).log).toMatchObject({ retentionMs: 300_000, segmentBytes: 2_097_152, segmentMs: 604_800_000 })
  })

  test('no limit is -1 in every unit', () => {
    expect(topicSettings(none, resolveBrokerConfig({ 'log.retention.hours': '-1' })).log.retentionMs).toBe(-1)
  })

  test('Java’s greatest long is the greatest number', () => {
    expect(topicSettings(none, resolveBrokerConfig({})).log.messageTimestampBeforeMaxMs).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('what is ours goes to every log', () => {
    const { log } = topicSettings(none, resolveBrokerConfig({ 'flush.mode': 'os', 'verify.records': 'false' }))
    expect(log).toMatchObject({ flushMode: 'os', checkRecords: false })
  })

  test.each([
    ['retention.ms', '-2', 'Invalid value -2 for configuration retention.ms: Value must be at least -1'],
    ['segment.bytes', '1024', 'Invalid value 1024 for configuration segment.bytes: Value must be at least 1048576'],
    ['nothing', '1', 'Unknown topic config name: nothing'],
    ['retention.ms', null, 'Null value not supported for topic configs: retention.ms'],
    ['cleanup.policy', 'compact,delete', /Log compaction is not built yet/],
    ['cleanup.policy', 'shred', 'Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete'],
  ])('%s=%s is refused', (name, value, message) => {
    expect(() => validateTopicConfig(name, value)).toThrow(message)
  })

  test('a config that can have no effect on one broker is taken', () => {
    expect(() => validateTopicConfig('unclean.leader.election.enable', 'true')).not.toThrow()
  })
})
