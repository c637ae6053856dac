import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './child.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

const isWindows = process.platform === 'win32'
const stampFile = join(root, 'node_modules', '.logan-installed')

/** The Node this project is written for, from the npm package `node`. Whatever Node started us only gets things going. */
const pinnedNode = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node')

const programs = {
  turbo: 'turbo/bin/turbo',
  tsc: 'typescript/bin/tsc',
  biome: '@biomejs/biome/bin/biome',
  oxlint: 'oxlint/bin/oxlint',
  vitest: 'vitest/vitest.mjs',
}

/** Installs what the lock file says, unless that is what is there. Resolves with an exit code. */
export async function install() {
  const stamp = currentStamp()
  if (readStamp() === stamp) return 0
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  say('installing dependencies from the npm registry (the first time takes about half a minute)')
  // npx is a batch file on Windows, which only a shell starts.
  const args = ['--yes', `pnpm@${devDependencies.pnpm}`, 'install', '--frozen-lockfile']
  const code = await runChild('npx', args, { cwd: root, env: process.env, shell: isWindows })
  if (code === 0) writeFileSync(stampFile, stamp)
  return code
}

/** Builds what is stale. Resolves with an exit code. */
export function build() {
  say('building what has changed')
  return runProgram('turbo', ['run', 'build', '--filter=@logan/broker...', '--output-logs=errors-only'])
}

/** Runs one of the project's development programs. Resolves with its exit code. */
export function runProgram(name, args, extraEnv = {}) {
  return runNode([join(root, 'node_modules', programs[name]), ...args], extraEnv)
}

/** Runs the pinned Node. Resolves with its exit code. */
export function runNode(args, extraEnv = {}) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) // turbo looks for pnpm there
  const env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', ...extraEnv }
  return runChild(pinnedNode, args, { cwd: root, env })
}

export function say(line) {
  console.error(`logan: ${line}`)
}

function currentStamp() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  return `${lock} ${process.platform} ${process.arch}`
}

function readStamp() {
  try {
    return readFileSync(stampFile, 'utf8')
  } catch {
    return undefined
  }
}
