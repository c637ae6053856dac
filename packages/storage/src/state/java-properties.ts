/**
 * Java's `.properties` text, as far as files of a Kafka directory use it: comments, the three separators, escapes, continued lines.
 * Anything at all can be read; a key without a value has an empty one, the last of two equal keys wins.
 */
export function parseJavaProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const [key, value] = splitPair(line)
    properties.set(unescapeText(key), unescapeText(value))
  }
  return properties
}

/** A line `key=value` each, escaped so that Java reads the same back. Comments come first, a `#` line each. */
export function formatJavaProperties(comments: readonly string[], properties: Iterable<readonly [string, string]>): string {
  const lines = comments.map((comment) => `#${comment}\n`)
  for (const [key, value] of properties) lines.push(`${escapeText(key).replaceAll(' ', '\\ ')}=${escapeText(value).replace(/^ /, '\\ ')}\n`)
  return lines.join('')
}

/** Joins lines that end in an odd number of backslashes with the next, drops comments and empty lines. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let continued: string | undefined
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.replace(/^[ \t\f]+/, '')
    if (continued === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const whole: string = (continued ?? '') + line
    const goesOn = (/\\*$/.exec(whole)?.[0].length ?? 0) % 2 === 1
    continued = goesOn ? whole.slice(0, -1) : undefined
    if (!goesOn) lines.push(whole)
  }
  if (continued !== undefined) lines.push(continued)
  return lines
}

/** The key ends at the first separator (`=`, `:` or blank) that no backslash protects. */
function splitPair(line: string): [key: string, value: string] {
  const key = /^(?:\\.|[^\\=: \t\f])*/s.exec(line)?.[0] ?? ''
  const value = line.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
  return [key, value]
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }
const controlEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f' }

function unescapeText(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/gs, (_, unicode: string | undefined, plain: string) =>
    unicode === undefined ? (controls[plain] ?? plain) : String.fromCharCode(Number.parseInt(unicode, 16)),
  )
}

function escapeText(text: string): string {
  return text.replace(/[\n\r\t\f]|[\\=:#!]/g, (character) => controlEscapes[character] ?? `\\${character}`)
}
