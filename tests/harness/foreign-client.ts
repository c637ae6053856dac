import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type TestContext, test } from 'vitest'

/** A client that is not an npm package: where to find it, what to say when it is not there. */
export interface ForeignClient {
  /** Name in LOGAN_REQUIRE. */
  readonly name: string
  readonly path: string | undefined
}

/** Variables that say where a client is, and the program in PATH that will do when nothing is said. */
const places = {
  kcat: { variable: 'LOGAN_KCAT', program: 'kcat' },
  strace: { variable: 'LOGAN_STRACE', program: 'strace' },
  java: { variable: 'LOGAN_JAVA', program: 'java' },
  'debian-python': { variable: 'LOGAN_DEBIAN_PYTHON' },
  python: { variable: 'LOGAN_PYTHON' },
  kafka: { variable: 'LOGAN_KAFKA_JARS' },
  'franz-go': { variable: 'LOGAN_FRANZ_GO' },
} as const satisfies Record<string, { variable: string; program?: string }>

export function foreignClient(name: keyof typeof places): ForeignClient {
  const place: { variable: string; program?: string } = places[name]
  return { name, path: process.env[place.variable] || (place.program && inPath(place.program)) || undefined }
}

/** A test that needs a client. Without it: skipped by name, or failed where LOGAN_REQUIRE lists the client. */
export function testWith(
  client: ForeignClient,
  title: string,
  body: (path: string, context: TestContext) => Promise<void>,
  limitMs = 30_000,
): void {
  test(
    title,
    async (context) => {
      if (client.path !== undefined) return body(client.path, context)
      if (required().includes(client.name)) throw new Error(`${client.name} is required by LOGAN_REQUIRE and is not there`)
      context.skip(`${client.name} is not installed`)
    },
    limitMs,
  )
}

const required = () => (process.env.LOGAN_REQUIRE ?? '').split(',').map((name) => name.trim())

function inPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
