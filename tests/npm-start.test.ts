import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from './harness/broker-process.ts'
import { gather } from './harness/run.ts'
import { root } from './house/files.ts'

const buildLimitMs = 120_000

/** `npm start` as a person types it, in a process group of its own as a terminal gives it. */
function npmStart(...flags: string[]) {
  const child = spawn('npm', ['start', '--', ...flags], { cwd: root, detached: true, stdio: 'pipe' })
  const said = gather(child)
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  return { pid: child.pid as number, ended, said: () => said.stdout() + said.stderr() }
}

async function portIn(file: string, said: () => string): Promise<number> {
  await expect.poll(() => existsSync(file) || said(), { timeout: buildLimitMs }).toBe(true)
  return Number(readFileSync(file, 'utf8'))
}

async function isServed(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

test.each([
  ['Ctrl-C, which reaches every process', 'SIGINT', (pid: number) => -pid],
  ['SIGTERM to npm alone', 'SIGTERM', (pid: number) => pid],
] as const)(
  'npm start builds and serves; %s stops the broker in order',
  async (_what, signal, target) => {
    using directory = temporaryDirectory()
    const data = join(directory.path, 'data with a space')
    const portFile = join(directory.path, 'port')
    const npm = npmStart('--bind', '127.0.0.1:0', '--log-dir', data, '--port-file', portFile)
    try {
      const port = await portIn(portFile, npm.said)
      expect(await isServed(port)).toBe(true)
      process.kill(target(npm.pid), signal)
      await npm.ended
      await expect.poll(() => isServed(port), { timeout: 10_000 }).toBe(false)
      await expect.poll(() => npm.said(), { timeout: 10_000 }).toContain('"msg":"stopped"')
      expect(existsSync(join(data, '.kafka_cleanshutdown'))).toBe(true)
    } finally {
      endGroup(npm.pid)
    }
  },
  buildLimitMs,
)

test(
  'npm start hands the exit code on',
  async () => {
    const npm = npmStart('--bind', 'nowhere')
    expect(await npm.ended).toEqual([2, null])
    expect(npm.said()).toContain('logan: --bind must be HOST:PORT')
  },
  buildLimitMs,
)

/** A program that embeds, in the folder of a package that depends on all of them, so that names are resolved as for any user. */
async function embed(inputType: 'module' | 'commonjs', code: string): Promise<string> {
  const child = spawn(process.execPath, [`--input-type=${inputType}`, '-e', code], { cwd: join(root, 'apps/broker'), stdio: 'pipe' })
  const said = gather(child)
  const [exitCode] = await once(child, 'close')
  expect({ exitCode, stderr: said.stderr() }).toEqual({ exitCode: 0, stderr: '' })
  return said.stdout()
}

const startAndClose = `
  startBroker({ bind: '127.0.0.1:0', logDir: 'temporary', shards: 0 }).then(async (broker) => {
    await broker.close()
    console.log(apis.Fetch.key, typeof systemClock.now())
  })
`

test('what was built can be imported and required, and leaves nothing open', async () => {
  const names = [
    ['{ systemClock }', '@logan/common'],
    ['{ apis }', '@logan/protocol'],
    ['{ startBroker }', '@logan/server'],
  ]
  const imports = names.map(([what, name]) => `import ${what} from '${name}'`).join('\n')
  const requires = names.map(([what, name]) => `const ${what} = require('${name}')`).join('\n')
  expect(await embed('module', imports + startAndClose)).toBe('1 number\n')
  expect(await embed('commonjs', requires + startAndClose)).toBe('1 number\n')
})

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left, as it should be.
  }
}
