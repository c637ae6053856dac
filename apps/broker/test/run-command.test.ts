import { EventEmitter, once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@logan/common'
import { type BrokerOptions, OptionsError } from '@logan/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CommandWorld, type RunningBroker, runCommand } from '../src/run-command.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logan-command-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** A broker that stands at once, and says what it was asked. */
class FakeBroker implements RunningBroker {
  readonly port = 4711
  readonly bootstrap = '127.0.0.1:4711'
  readonly logDir = '/data'
  readonly topicCount = 2
  readonly #failing = Promise.withResolvers<Error>()
  readonly failed = this.#failing.promise
  closing: () => Promise<void> = async () => undefined
  closes = 0

  fail(error: Error): void {
    this.#failing.resolve(error)
  }

  close(): Promise<void> {
    this.closes++
    return this.closing()
  }
}

function world(args: readonly string[], parts: Partial<CommandWorld> = {}) {
  const clock = new ManualClock()
  const broker = new FakeBroker()
  const printed: string[] = []
  const complaints: string[] = []
  const exits: number[] = []
  const started: BrokerOptions[] = []
  const signals = new EventEmitter()
  const all: CommandWorld = {
    args: ['--log-level', 'silent', ...args],
    environment: {},
    version: '1.2.3',
    readConfigFile: () => ({}),
    clock,
    signals,
    print: (text) => printed.push(text),
    complain: (sentence) => complaints.push(sentence),
    exit: (code) => exits.push(code),
    start: async (options) => {
      started.push(options)
      queueMicrotask(() => signals.emit('started'))
      return broker
    },
    ...parts,
  }
  return { all, clock, broker, printed, complaints, exits, started, signals }
}

test('a bad option is one sentence and exit code 2, and nothing is started', async () => {
  const { all, complaints, started } = world(['--bind', 'nowhere'])
  expect(await runCommand(all)).toBe(2)
  expect(complaints).toEqual(['--bind must be HOST:PORT such as 127.0.0.1:9092, not "nowhere"'])
  expect(started).toEqual([])
})

test('--version prints, exit code 0', async () => {
  const { all, printed, started } = world(['--version'])
  expect(await runCommand(all)).toBe(0)
  expect(printed).toEqual(['1.2.3\n'])
  expect(started).toEqual([])
})

test.each([
  [new OptionsError('config "foo" is unknown'), 2],
  [new Error('address in use'), 1],
])('a start refused with %s ends with exit code %i and its message', async (error, code) => {
  const { all, complaints } = world([], { start: () => Promise.reject(error) })
  expect(await runCommand(all)).toBe(code)
  expect(complaints).toEqual([error.message])
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('%s closes the broker, exit code 0', async (signal) => {
  const { all, broker, signals } = world([])
  const ended = runCommand(all)
  await once(signals, 'started')
  signals.emit(signal, signal)
  expect(await ended).toBe(0)
  expect(broker.closes).toBe(1)
})

test('a signal in the middle of the start closes the broker once it stands', async () => {
  const standing = Promise.withResolvers<RunningBroker>()
  const { all, broker, signals } = world([], { start: () => standing.promise })
  const ended = runCommand(all)
  signals.emit('SIGTERM', 'SIGTERM')
  standing.resolve(broker)
  expect(await ended).toBe(0)
  expect(broker.closes).toBe(1)
})

test('the same Ctrl-C seen twice is one; a second one later ends the process at once', async () => {
  const { all, broker, clock, exits, signals } = world([])
  broker.closing = () => new Promise(() => undefined)
  void runCommand(all)
  await once(signals, 'started')
  signals.emit('SIGINT', 'SIGINT')
  clock.advance(999)
  signals.emit('SIGINT', 'SIGINT')
  expect(exits).toEqual([])
  clock.advance(1)
  signals.emit('SIGTERM', 'SIGTERM')
  expect(exits).toEqual([143])
})

test('a broker that does not come to its end is left at the deadline, exit code 1', async () => {
  const { all, broker, clock, signals } = world([])
  const closing = Promise.withResolvers<void>()
  broker.closing = () => {
    closing.resolve()
    return new Promise(() => undefined)
  }
  const ended = runCommand(all)
  await once(signals, 'started')
  signals.emit('SIGTERM', 'SIGTERM')
  await closing.promise
  clock.advance(25_000)
  expect(await ended).toBe(1)
})

test('a broker that fails ends the command with exit code 1', async () => {
  const { all, broker, signals } = world([])
  const ended = runCommand(all)
  await once(signals, 'started')
  broker.fail(new Error('disk gone'))
  expect(await ended).toBe(1)
})

test('the port file holds the decimal port alone, appears when the broker stands, and no earlier run is mistaken for it', async () => {
  const file = join(directory, 'port')
  writeFileSync(file, '1')
  const standing = Promise.withResolvers<RunningBroker>()
  const { all, broker, signals } = world(['--port-file', file], { start: () => standing.promise })
  const ended = runCommand(all)
  expect(existsSync(file)).toBe(false)
  standing.resolve(broker)
  signals.emit('SIGTERM', 'SIGTERM')
  await ended
  expect(readFileSync(file, 'utf8')).toBe('4711')
})

test('a port file that cannot be written closes the broker and ends the command with exit code 1', async () => {
  const { all, broker, complaints } = world(['--port-file', join(directory, 'missing', 'port')])
  expect(await runCommand(all)).toBe(1)
  expect(broker.closes).toBe(1)
  expect(complaints[0]).toMatch(/ENOENT/)
})
