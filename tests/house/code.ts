import { posix } from 'node:path'

// A comment, or something in which // and /* mean nothing: a string, a template, a regular expression after what can stand before one.
const commentOrLiteral =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g

/** The text with its comments blanked; lines stay where they are. */
export function withoutComments(text: string): string {
  return text.replace(commentOrLiteral, (part) => (part.startsWith('//') || part.startsWith('/*') ? part.replace(/[^\n]/g, ' ') : part))
}

export interface Import {
  readonly specifier: string
  /** Erased by the compiler: `import type`, `export type`. */
  readonly typeOnly: boolean
}

const importStatement =
  /(?:^|[\n;])\s*(?:import|export)\s+(type\s+(?!from\b)|)(?:[\w*{}\s,$]+?\s+from\s*|)'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|\bnew URL\(\s*'(\.[^']+)',\s*import\.meta\.url\)/g

/** What a file imports, by statement, by `import()`, or by `new URL(..., import.meta.url)` as workers and helper programs are named. */
export function importsOf(text: string): Import[] {
  return [...withoutComments(text).matchAll(importStatement)].map((match) => ({
    specifier: (match[2] ?? match[3] ?? match[4]) as string,
    typeOnly: (match[1] ?? '') !== '',
  }))
}

/** The file that a relative import means. */
export function target(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}
