import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { brokerCommand, startBrokerProcess, temporaryDirectory } from '../../../tests/harness/broker-process.ts'
import { gather } from '../../../tests/harness/run.ts'
import { withAdmin } from './process/kafkajs.ts'

/** The command run with these flags: what it prints, and how it ends. */
function command(...flags: string[]) {
  const [program, ...args] = [...brokerCommand(), ...flags]
  const child = spawn(program as string, args, { stdio: 'pipe', env: { PATH: process.env.PATH } })
  const said = gather(child)
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout: said.stdout(), stderr: said.stderr() }))
  return { child, said, ended }
}

const topicsAt = (bootstrap: string): Promise<Record<string, number>> =>
  withAdmin(bootstrap, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata()
    return Object.fromEntries(topics.map((topic) => [topic.name, topic.partitions.length]))
  })

test('the ready line says where, with what and how fast; the port file holds the port alone; SIGTERM ends it with 0', async () => {
  using directory = temporaryDirectory()
  const data = join(directory.path, 'data')
  const portFile = join(directory.path, 'port')
  const { child, said, ended } = command('--bind', '127.0.0.1:0', '--log-dir', data, '--topic', 'orders:3', '--port-file', portFile)
  try {
    await expect.poll(() => said.stdout(), { timeout: 10_000 }).toContain('ready on')
    expect(existsSync(portFile)).toBe(true)
  } finally {
    child.kill('SIGTERM')
  }
  const { code, stdout, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const port = readFileSync(portFile, 'utf8')
  expect(port).toMatch(/^\d+$/)
  const lines = stdout.trim().split('\n')
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(parsed.find((line) => String(line.msg).startsWith('ready on'))).toMatchObject({
    bound: `127.0.0.1:${port}`,
    advertised: 'as reached',
    directory: data,
    shards: 0,
    topics: 1,
    tookMs: expect.any(Number),
  })
  expect(parsed.at(-1)).toMatchObject({ msg: 'stopped' })
})

test('topics named at the start are there, and still are at the next one', async () => {
  using directory = temporaryDirectory()
  const topics = { orders: 3, audit: 1 }
  for (const named of [topics, { orders: 3 }]) {
    await using broker = await startBrokerProcess({ directory: directory.path, topics: named })
    expect(await topicsAt(broker.bootstrap)).toEqual(topics)
    expect(await broker.stop()).toBe(0)
  }
})

test('a second broker on the same directory is refused with one sentence, and the first goes on', async () => {
  using directory = temporaryDirectory()
  await using first = await startBrokerProcess({ directory: directory.path, topics: { orders: 3 } })
  const { code, stderr } = await command('--bind', '127.0.0.1:0', '--log-dir', directory.path).ended
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^logan: .*${directory.path}.*\n$`))
  expect(await topicsAt(first.bootstrap)).toEqual({ orders: 3 })
})

test('a port that is taken is one sentence and exit code 1, and the directory is free again', async () => {
  using directory = temporaryDirectory()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  try {
    const { port } = other.address() as { port: number }
    const { code, stderr } = await command('--bind', `127.0.0.1:${port}`, '--log-dir', directory.path).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^logan: .*127\\.0\\.0\\.1:${port}.*\n$`))
  } finally {
    other.close()
  }
  await using broker = await startBrokerProcess({ directory: directory.path })
  expect(await broker.stop()).toBe(0)
})

test.each([
  [['--bind', 'nowhere'], /^logan: --bind must be HOST:PORT such as 127\.0\.0\.1:9092, not "nowhere"\n$/],
  [['--config', 'no-such-file.yaml'], /^logan: cannot read --config no-such-file\.yaml: ENOENT.*\n$/],
  [['--set', 'no.such.config=1'], /^logan: no\.such\.config is not a config of this broker\n$/],
])('%j is one sentence and exit code 2, and makes no directory', async (flags, sentence) => {
  using directory = temporaryDirectory()
  const data = join(directory.path, 'data')
  const { code, stdout, stderr } = await command('--log-dir', data, ...flags).ended
  expect(stderr).toMatch(sentence)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(existsSync(data)).toBe(false)
})

test('--version and --help end with 0', async () => {
  expect(await command('--version').ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' })
  expect(await command('--help').ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: logan/), stderr: '' })
})
