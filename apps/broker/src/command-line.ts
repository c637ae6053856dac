import { environmentOf, flagOf, type Option, OptionsError } from '@logan/server'
import { Command, CommanderError } from 'commander'

export type CommandLine =
  | { readonly kind: 'flags'; readonly flags: Record<string, string | string[]> }
  | { readonly kind: 'print'; readonly text: string }

const footer = `
Flags beat the LOGAN_* environment, which beats --config FILE. In the environment, several topics or configs
are separated by ";". SIGTERM and Ctrl-C stop the broker after what is under way; a second one ends it at once.`

/** Takes the flags apart, by the names of their options. Values stay as they were written. Throws OptionsError. */
export function readCommandLine(table: Readonly<Record<string, Option>>, args: readonly string[], version: string): CommandLine {
  const flags: Record<string, string | string[]> = {}
  const printed: string[] = []
  const program = new Command('logan')
    .description('A Kafka-compatible streaming broker')
    .version(version, '--version', 'show the version')
    .helpOption('--help', 'show this help')
    .addHelpText('after', footer)
    .allowExcessArguments(false)
    .configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined, getOutHelpWidth: () => 120 })
    .exitOverride()
  for (const [name, option] of Object.entries(table)) {
    program.option(`${flagOf(name, option)} <${option.placeholder}>`, describe(name, option), (value: string) => {
      if (option.repeatable) flags[name] = [flags[name] ?? [], value].flat()
      else if (name in flags) throw new OptionsError(`${flagOf(name, option)} is given twice`)
      else flags[name] = value
    })
  }
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'print', text: printed.join('') }
    throw new OptionsError(error.message.replace(/^error: /, '').replaceAll('\n', ' '))
  }
  return { kind: 'flags', flags }
}

function describe(name: string, option: Option): string {
  const notes = [
    option.otherwise === undefined ? [] : `default: ${option.otherwise}`,
    option.repeatable ? 'repeatable' : [],
    environmentOf(name, option),
  ]
  return `${option.help} (${notes.flat().join('; ')})`
}
