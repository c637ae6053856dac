import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gather } from './run.ts'

const repository = join(import.meta.dirname, '../..')

/** How `logan` is started from here: the build that LOGAN_BROKER_MAIN names, or the sources. */
export function brokerCommand(): string[] {
  const built = process.env.LOGAN_BROKER_MAIN
  if (built) return [process.execPath, built]
  return [process.execPath, '-C', '@logan/source', join(repository, 'apps/broker/src/main.ts')]
}

export interface BrokerProcessOptions {
  readonly directory: string
  /** Address to listen on; 127.0.0.1 unless said. Clients of the tests reach it through 127.0.0.1 anyway. */
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly topics?: Readonly<Record<string, number>>
  readonly logLevel?: string
  readonly args?: readonly string[]
  /** A program that runs the broker, such as strace with its flags. */
  readonly under?: readonly string[]
}

/** One run of the real `logan` process, from ready to its end. */
export interface BrokerProcess extends AsyncDisposable {
  readonly bootstrap: string
  readonly port: number
  readonly pid: number
  readonly directory: string
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** What it printed so far, both streams. */
  output(): string
  /** kill -9: nothing is finished, nothing is flushed. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | NodeJS.Signals>
}

/** Starts `logan` on the directory and waits until it serves. Throws, with what it said, when it ends before that. */
export async function startBrokerProcess(options: BrokerProcessOptions): Promise<BrokerProcess> {
  const portFile = join(mkdtempSync(join(tmpdir(), 'logan-port-')), 'port')
  const topics = Object.entries(options.topics ?? {}).flatMap(([name, partitions]) => ['--topic', `${name}:${partitions}`])
  const [program, ...args] = [
    ...(options.under ?? []),
    ...brokerCommand(),
    ...`--bind ${options.host ?? '127.0.0.1'}:${options.port ?? 0} --log-level ${options.logLevel ?? 'warn'}`.split(' '),
    '--log-dir',
    options.directory,
    '--port-file',
    portFile,
    ...topics,
    ...(options.args ?? []),
  ]
  const child = spawn(program!, args, { stdio: 'pipe', env: withoutOptions() })
  const said = gather(child)
  const output = () => said.stdout() + said.stderr()
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  try {
    const port = await readPort(portFile, ended, output)
    return {
      bootstrap: `127.0.0.1:${port}`,
      port,
      pid: child.pid!,
      directory: options.directory,
      ended,
      output,
      kill: async () => void (await end('SIGKILL')),
      stop: () => end('SIGTERM'),
      [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
    }
  } catch (error) {
    await end('SIGKILL')
    throw error
  } finally {
    rmSync(join(portFile, '..'), { recursive: true })
  }
}

/** The environment without what says where clients are, and without options of the broker, which would change what is tested. */
function withoutOptions(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LOGAN_') || name === 'LOGAN_PORTABLE'))
}

async function readPort(portFile: string, ended: Promise<number | NodeJS.Signals>, output: () => string): Promise<number> {
  let end: number | string | undefined
  void ended.then((how) => {
    end = how
  })
  // Polled: a watch on a directory reports late, or twice, or not at all, by platform.
  while (!existsSync(portFile)) {
    if (end !== undefined) throw new Error(`the broker ended with ${end} before it served:\n${output()}`)
    await sleep(10)
  }
  return Number(readFileSync(portFile, 'utf8'))
}

/** A port that was free a moment ago, for a broker that comes back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A directory of its own that goes when the scope ends. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'logan-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
