import { type BrokerConfigName, brokerConfigTable, saidElsewhere } from './broker-config-table.ts'
import { type ConfigDefinition, ConfigError, readConfig } from './config-definition.ts'

/** `fetch.max.bytes` is `fetchMaxBytes`. */
type CamelCase<Name extends string> = Name extends `${infer Head}.${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name
type ValueOf<Definition> = Definition extends ConfigDefinition<infer T> ? T : never
type BrokerConfigValues = {
  readonly [Name in BrokerConfigName as CamelCase<Name>]: ValueOf<(typeof brokerConfigTable)[Name]>
}

/** What the broker runs with: every config by its name in camelCase. Immutable, and nothing but data. */
export interface BrokerConfig extends BrokerConfigValues {
  /** What was set, by Kafka's names, as it was written; defaults are not in here. */
  readonly overrides: ReadonlyMap<string, string>
}

/** Everything that is set, checked, and the defaults of the rest. @throws ConfigError with one sentence that names the key */
export function resolveBrokerConfig(overrides: Readonly<Record<string, string>>): BrokerConfig {
  for (const name of Object.keys(overrides)) checkName(name)
  const values = Object.entries<ConfigDefinition>(brokerConfigTable).map(([name, definition]) => {
    const text = overrides[name] ?? definition.default
    return [camelCase(name), text === null ? null : readConfig(name, definition, text)]
  })
  return { ...(Object.fromEntries(values) as BrokerConfigValues), overrides: new Map(Object.entries(overrides)) }
}

function checkName(name: string): void {
  if (Object.hasOwn(brokerConfigTable, name)) return
  const elsewhere = saidElsewhere.get(name)
  throw new ConfigError(elsewhere === undefined ? `${name} is not a config of this broker` : `${name} is said by ${elsewhere}`)
}

function camelCase(name: string): string {
  return name.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
