import {
  type BrokerOptions,
  brokerOptionTable,
  environmentOf,
  flagOf,
  mergeOptions,
  type Option,
  type Parsed,
  parseSource,
} from '@logan/server'
import * as z from 'zod/mini'
import { readCommandLine } from './command-line.ts'

const path = z.string('must be a path').check(z.minLength(1, 'must be a path, not empty'))

/** The broker's options and what only a command needs. */
export const commandTable = {
  ...brokerOptionTable,
  portFile: { schema: path, placeholder: 'FILE', help: 'file to write the bound port to, once clients can connect' },
  config: { schema: path, placeholder: 'FILE', help: 'YAML or JSON file of options, called as in the API: logDir, topics, set' },
} satisfies Record<string, Option>

/** Where the command differs from the embedded broker, which is told its directory and is quiet. */
const defaults = { logDir: './logan-data', logLevel: 'info' } as const

type Source = Parsed<typeof commandTable>

export interface CommandOptions {
  readonly broker: BrokerOptions
  readonly portFile: string | undefined
}

export type Command = { readonly kind: 'run'; readonly options: CommandOptions } | { readonly kind: 'print'; readonly text: string }

export interface CommandInput {
  /** What follows the name of the command. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Gives the mapping in a configuration file. Throws OptionsError. */
  readonly readConfigFile: (path: string) => unknown
  readonly version: string
}

/** Flags beat the environment, which beats the configuration file, which beats the defaults. Throws OptionsError. */
export function readCommand({ args, environment, readConfigFile, version }: CommandInput): Command {
  const line = readCommandLine(describedOptions(), args, version)
  if (line.kind === 'print') return line
  const flags = parseSource(commandTable, line.flags, (name) => flagOf(name, optionOf(name)))
  const variables = parseSource(commandTable, fromEnvironment(environment), (name) => environmentOf(name, optionOf(name)))
  const file = readFileSource(flags.config ?? variables.config, readConfigFile)
  return {
    kind: 'run',
    options: {
      broker: mergeOptions([defaults, file, variables, flags].map(brokerPart)),
      portFile: flags.portFile ?? variables.portFile ?? file.portFile,
    },
  }
}

function brokerPart({ portFile: _portFile, config: _config, ...broker }: Source): Omit<Source, 'portFile' | 'config'> {
  return broker
}

/** Unknown variables are somebody else's; an empty one counts as not set. */
function fromEnvironment(environment: CommandInput['environment']): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, option] of Object.entries<Option>(commandTable)) {
    const value = environment[environmentOf(name, option)]
    if (value !== undefined && value !== '') found[name] = value
  }
  return found
}

function readFileSource(file: string | undefined, readConfigFile: CommandInput['readConfigFile']): Source {
  if (file === undefined) return {}
  const { config: _config, ...table } = commandTable
  return parseSource(table, readConfigFile(file), (name) => `"${name}" in ${file}`)
}

function optionOf(name: string): Option {
  return (commandTable as Record<string, Option>)[name] as Option
}

/** The table as help and README show it: with the command's own defaults. */
export function describedOptions(): Record<string, Option> {
  const otherwise = Object.entries(defaults).map(([name, value]) => [name, { ...optionOf(name), otherwise: value }])
  return { ...commandTable, ...Object.fromEntries(otherwise) }
}
