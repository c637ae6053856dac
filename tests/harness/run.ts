import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface RunOptions {
  readonly stdin?: string | Buffer
  readonly environment?: NodeJS.ProcessEnv
  /** A client that hangs is a finding, not a reason to wait for the test's own limit without a word. */
  readonly limitMs?: number
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
}

/** A program that did not end well, with all it said. */
export class RunFailed extends Error {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null

  constructor(command: string, ended: { code: number | null; signal: string | null }, said: Ran) {
    super(`${command} ended with ${ended.signal ?? ended.code}\n${said.stderr.slice(-4000)}\n${said.stdout.slice(-4000)}`)
    this.stdout = said.stdout
    this.stderr = said.stderr
    this.code = ended.code
  }
}

/** Runs a program to its end. Throws RunFailed unless its exit code is 0. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(program, args, {
    stdio: 'pipe',
    env: { ...process.env, ...options.environment },
    timeout: options.limitMs ?? 25_000,
    killSignal: 'SIGKILL',
  })
  const said = gather(child)
  // A program that ends before it has read everything is judged by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  const [code, signal] = await once(child, 'close')
  const result = { stdout: said.stdout(), stderr: said.stderr() }
  if (code !== 0) throw new RunFailed([program, ...args].join(' '), { code, signal }, result)
  return result
}

/** What a child prints, as text so far. */
export function gather(child: ChildProcessWithoutNullStreams): { stdout(): string; stderr(): string } {
  const collect = (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    return () => Buffer.concat(chunks).toString('utf8')
  }
  return { stdout: collect(child.stdout), stderr: collect(child.stderr) }
}

/** The lines of a text that ends with a newline. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
