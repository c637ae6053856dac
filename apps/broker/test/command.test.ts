import { resolve } from 'node:path'
import { OptionsError } from '@logan/server'
import { describe, expect, test } from 'vitest'
import { type CommandInput, readCommand } from '../src/command-options.ts'

function input(parts: Partial<CommandInput> = {}): CommandInput {
  return { args: [], environment: {}, version: '1.2.3', readConfigFile: () => ({}), ...parts }
}

function optionsOf(parts: Partial<CommandInput>) {
  const command = readCommand(input(parts))
  if (command.kind === 'print') throw new Error(`printed ${command.text}`)
  return command.options
}

const complaint = (parts: Partial<CommandInput>): string => {
  try {
    optionsOf(parts)
  } catch (error) {
    if (error instanceof OptionsError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

test('without anything it listens on 127.0.0.1:9092, keeps ./logan-data, syncs and says what it does', () => {
  expect(optionsOf({})).toEqual({
    portFile: undefined,
    broker: {
      bind: { host: '127.0.0.1', port: 9092 },
      advertise: undefined,
      logDir: resolve('logan-data'),
      logLevel: 'info',
      shards: 0,
      topics: [],
      set: {},
    },
  })
})

// How each option is written in each source, and what it must come to.
const everyOption = [
  [
    'bind',
    '--bind',
    'LOGAN_BIND',
    ['a:1', 'b:2', 'c:3'],
    [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: 'c', port: 3 },
    ],
  ],
  [
    'advertise',
    '--advertise',
    'LOGAN_ADVERTISE',
    ['a:1', 'b:2', '[::1]:3'],
    [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: '::1', port: 3 },
    ],
  ],
  ['logDir', '--log-dir', 'LOGAN_LOG_DIR', ['a', 'b', 'c d'], [resolve('a'), resolve('b'), resolve('c d')]],
  ['logLevel', '--log-level', 'LOGAN_LOG_LEVEL', ['warn', 'debug', 'silent'], ['warn', 'debug', 'silent']],
  ['shards', '--shards', 'LOGAN_SHARDS', ['0', '0', '0'], [0, 0, 0]],
  ['maxConnections', '--max-connections', 'LOGAN_MAX_CONNECTIONS', ['1', '2', '3'], ['1', '2', '3']],
  ['flushMode', '--flush-mode', 'LOGAN_FLUSH_MODE', ['os', 'sync', 'os'], ['os', 'sync', 'os']],
  ['portFile', '--port-file', 'LOGAN_PORT_FILE', ['a', 'b', 'c'], ['a', 'b', 'c']],
] as const

describe.each(everyOption)('%s', (name, flag, variable, [inFile, inEnvironment, inFlags], [fromFile, fromEnvironment, fromFlags]) => {
  const file = { args: ['--config', 'f.yaml'], readConfigFile: () => ({ [name]: inFile }) }
  const read = (parts: Partial<CommandInput>) => {
    const { broker, portFile } = optionsOf(parts)
    const { 'max.connections': maxConnections, 'flush.mode': flushMode } = broker.set
    return { ...broker, maxConnections, flushMode, portFile }[name]
  }

  test('from the file', () => expect(read(file)).toEqual(fromFile))
  test('the environment beats the file', () =>
    expect(read({ ...file, environment: { [variable]: inEnvironment } })).toEqual(fromEnvironment))
  test('the flag beats both', () => {
    const all = { ...file, args: [...file.args, flag, inFlags], environment: { [variable]: inEnvironment } }
    expect(read(all)).toEqual(fromFlags)
  })
  test('an empty variable counts as not set', () => expect(read({ ...file, environment: { [variable]: '' } })).toEqual(fromFile))
})

test('topics and configs of all sources are joined, the stronger source wins for a name', () => {
  const { broker } = optionsOf({
    args: ['--config', 'f', '--topic', 'a:3', '--topic', 'd:4', '--set', 'num.partitions=7'],
    environment: { LOGAN_TOPIC: 'a:2; c:2', LOGAN_SET: 'num.partitions=6;broker.rack=a,b' },
    readConfigFile: () => ({
      topics: [{ name: 'a', partitions: 1 }, 'b:1'],
      set: { 'num.partitions': 5, 'auto.create.topics.enable': false },
    }),
  })
  expect(broker.topics).toEqual([
    { name: 'a', partitions: 3 },
    { name: 'b', partitions: 1 },
    { name: 'c', partitions: 2 },
    { name: 'd', partitions: 4 },
  ])
  expect(broker.set).toEqual({ 'num.partitions': '7', 'auto.create.topics.enable': 'false', 'broker.rack': 'a,b' })
})

test('a short form beats the long form of a weaker source', () => {
  const { broker } = optionsOf({
    args: ['--retention-bytes', '-1', '--retention-hours', '5'],
    environment: { LOGAN_SET: 'log.retention.bytes=9;log.retention.hours=9' },
  })
  expect(broker.set).toEqual({ 'log.retention.bytes': '-1', 'log.retention.hours': '5' })
})

test('a value may hold "=" and spaces', () => {
  expect(optionsOf({ args: ['--set', 'broker.rack= x = y '] }).broker.set).toEqual({ 'broker.rack': 'x = y' })
})

test('a temporary directory is not synced unless that is asked for', () => {
  expect(optionsOf({ args: ['--log-dir', 'temporary'] }).broker.set['flush.mode']).toBe('os')
  expect(optionsOf({ args: ['--log-dir', 'temporary', '--flush-mode', 'sync'] }).broker.set['flush.mode']).toBe('sync')
})

test.each([
  [['--bind', 'localhost'], '--bind must be HOST:PORT such as 127.0.0.1:9092, not "localhost"'],
  [['--bind', ':9092'], '--bind must be HOST:PORT such as 127.0.0.1:9092, not ":9092"'],
  [['--bind', 'a:65536'], '--bind must be HOST:PORT such as 127.0.0.1:9092, not "a:65536"'],
  [['--bind', '::1:9092'], '--bind must be HOST:PORT such as 127.0.0.1:9092, not "::1:9092"'],
  [['--advertise', 'a:0'], '--advertise must be HOST:PORT such as broker.example:9092, not "a:0"'],
  [['--log-dir', ''], '--log-dir must be text that is not empty, not ""'],
  [['--log-level', 'loud'], '--log-level must be trace, debug, info, warn, error, fatal or silent, not "loud"'],
  [['--shards', '2'], '--shards must be 0, for everything runs on one thread so far, not "2"'],
  [['--shards', 'x'], '--shards must be 0, for everything runs on one thread so far, not "x"'],
  [['--max-connections', '0'], '--max-connections must be a whole number from 1 to 1000000, not "0"'],
  [['--max-connections', '1e3'], '--max-connections must be a whole number from 1 to 1000000, not "1e3"'],
  [['--retention-bytes', '1.5'], '--retention-bytes must be a whole number of bytes, or -1 for no limit, not "1.5"'],
  [['--retention-hours', '-2'], '--retention-hours must be a whole number of hours, or -1 for no limit, not "-2"'],
  [['--flush-mode', 'fast'], '--flush-mode must be sync or os, not "fast"'],
  [['--set', 'novalue'], '--set must be key=value with one of Kafka\'s config names, not ["novalue"]'],
  [['--set', '=1'], '--set must be key=value with one of Kafka\'s config names, not ["=1"]'],
  [['--port-file', ''], '--port-file must be a path, not empty'],
  [['--bind', 'a:1', '--bind', 'b:1'], '--bind is given twice'],
  [
    ['--retention-bytes', '1', '--set', 'log.retention.bytes=2'],
    'retentionBytes and log.retention.bytes say the same thing: give one of them',
  ],
  [['--set', 'no.such=1'], 'no.such is not a config of this broker'],
  [['--set', 'log.dirs=x'], /^log\.dirs is said by the option logDir/],
  [['--set', 'num.partitions=many'], /^Invalid value many for configuration num\.partitions/],
  [['--bnd', 'a:1'], "unknown option '--bnd' (Did you mean --bind?)"],
  [['--bind'], "option '--bind <HOST:PORT>' argument missing"],
])('%j is refused with one sentence', (args, sentence) => {
  expect(complaint({ args })).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence))
})

test.each(['orders', 'orders:0', 'orders:10001', 'orders:x', 'a b:1', '.:1', '..:1', ':1', `${'n'.repeat(250)}:1`])(
  '--topic %s is refused',
  (topic) => {
    expect(complaint({ args: ['--topic', topic] })).toMatch(/^--topic must be NAME:PARTITIONS, each name once/)
  },
)

test('a topic named twice in one source is refused', () => {
  expect(complaint({ args: ['--topic', 'a:1', '--topic', 'a:2'] })).toMatch(/^--topic must be NAME:PARTITIONS, each name once/)
})

test('what follows the flags is refused', () => {
  expect(complaint({ args: ['start'] })).toMatch(/too many arguments/)
})

test('a bad variable is called by its name', () => {
  expect(complaint({ environment: { LOGAN_MAX_CONNECTIONS: 'many' } })).toBe(
    'LOGAN_MAX_CONNECTIONS must be a whole number from 1 to 1000000, not "many"',
  )
})

test.each([
  [{ bind: 9092 }, '"bind" in f.yaml must be HOST:PORT such as 127.0.0.1:9092, not 9092'],
  [{ bnd: 'a:1' }, '"bnd" in f.yaml is not an option'],
  [{ config: 'g.yaml' }, '"config" in f.yaml is not an option'],
  [{ set: { a: [1] } }, '"set" in f.yaml must be key=value with one of Kafka\'s config names, not {"a":[1]}'],
  [{ topics: [{ name: 'a' }] }, /^"topics" in f.yaml must be NAME:PARTITIONS, each name once/],
  [['a'], 'options must be a mapping of names to values'],
])('the file %j is refused', (content, sentence) => {
  expect(complaint({ args: ['--config', 'f.yaml'], readConfigFile: () => content })).toMatch(sentence)
})

test('the file may be named by the environment', () => {
  const parts = { environment: { LOGAN_CONFIG: 'f.yaml' }, readConfigFile: (path: string) => ({ logDir: `from ${path}` }) }
  expect(optionsOf(parts).broker.logDir).toBe(resolve('from f.yaml'))
})

test('--version and --help print and start nothing', () => {
  expect(readCommand(input({ args: ['--version'] }))).toEqual({ kind: 'print', text: '1.2.3\n' })
  const help = readCommand(input({ args: ['--help', '--bind', 'a:1'] }))
  const text = help.kind === 'print' ? help.text.replace(/\s+/g, ' ') : ''
  for (const [, flag, variable] of everyOption) expect(text).toMatch(new RegExp(`${flag} <.*${variable}\\)`))
  expect(text).toContain('default: ./logan-data')
})
