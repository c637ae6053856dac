import { readFileSync } from 'node:fs'
import { OptionsError } from '@logan/server'
import { parse } from 'yaml'

/** The mapping in a YAML file; JSON is YAML too. An empty file sets nothing. Throws OptionsError. */
export function readConfigFile(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    throw new OptionsError(`cannot read --config ${path}: ${firstLine(error)}`)
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] as string
}
