import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { OptionsError } from '@logan/server'

/** The mapping in a YAML file; JSON is YAML too. An empty file sets nothing. Throws OptionsError. */
export function readConfigFile(path: string): unknown {
  // Loaded only where there is a file: nobody else pays for it at the start.
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  try {
    return parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    throw new OptionsError(`cannot read --config ${path}: ${firstLine(error)}`)
  }
}

/** Of a syntax error the parser also draws the place, after a colon; the sentence does without the drawing. */
function firstLine(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n', 1)
  return line.replace(/:$/, '')
}
