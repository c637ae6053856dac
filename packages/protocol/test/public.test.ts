import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ApiVersions, buildBatch, encodeRequestFrame, encodeResponseFrame, FrameSplitter, Metadata } from '@logan/protocol'
import { afterEach, expect, it } from 'vitest'

// The examples of the README, run as they are printed.

const packageRoot = fileURLToPath(new URL('..', import.meta.url))
const examples = [...readFileSync(join(packageRoot, 'README.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!)

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** Starts the example in which `text` stands and yields the lines it prints. */
function runExample(text: string, environment: Record<string, string>): AsyncIterator<string> {
  const code = examples.find((example) => example.includes(text))!
  const child = spawn(process.execPath, ['-C', '@logan/source', '--input-type=module', '-e', code], {
    cwd: packageRoot,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanups.push(() => child.kill())
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]()
}

async function allLines(lines: AsyncIterator<string>): Promise<string[]> {
  const all: string[] = []
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) all.push(line.value)
  return all
}

async function listen(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onSocket).listen(0, '127.0.0.1')
  cleanups.push(() => server.close())
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** Answers any request as ApiVersions v3. */
function answerApiVersions(socket: Socket): void {
  const splitter = new FrameSplitter({ frameBytesMax: 1_000 })
  const answer = encodeResponseFrame(ApiVersions.key, 3, 1, { apiKeys: [{ apiKey: Metadata.key, minVersion: 0, maxVersion: 13 }] })
  socket.on('data', (chunk: Buffer) => splitter.push(chunk, () => socket.write(Buffer.concat(answer))))
}

it('messages: encodes, and tells what is wrong and where', async () => {
  const lines = await allLines(runExample('decodeResponse(Metadata.key', {}))
  expect(lines).toEqual(['28 bytes', 'Metadata response v12, field brokers, at byte 5: needs 1 bytes, 0 left'])
})

it('asks a broker what it serves', async () => {
  const { port } = await listen(answerApiVersions)
  expect(await allLines(runExample('clientSoftwareName', { BROKER_PORT: String(port) }))).toEqual(['Metadata 0 13'])
})

it('a proxy prints every request and passes the bytes on', async () => {
  const broker = await listen(answerApiVersions)
  const free = await listen(() => {})
  free.server.close()
  const lines = runExample('client.pipe(broker)', { BROKER_PORT: String(broker.port), PROXY_PORT: String(free.port) })
  expect((await lines.next()).value).toBe('listening')

  const client = connect(free.port, '127.0.0.1')
  cleanups.push(() => client.destroy())
  const header = { apiKey: ApiVersions.key, apiVersion: 3, correlationId: 1, clientId: 'tester' }
  client.write(Buffer.concat(encodeRequestFrame(header, { clientSoftwareName: 'my-client', clientSoftwareVersion: '1' })))
  const [answer] = (await once(client, 'data')) as [Buffer]
  expect(answer.readInt32BE()).toBe(answer.length - 4)
  expect((await lines.next()).value).toBe('{')
  expect((await lines.next()).value).toContain("name: 'ApiVersions'")
})

it('reads a .log file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'logan-protocol-'))
  cleanups.push(() => rmSync(directory, { recursive: true }))
  const records = [
    { key: Buffer.from('k'), value: Buffer.from('first'), timestamp: 5 },
    { value: Buffer.from('second'), timestamp: 6 },
  ]
  const batches = [buildBatch({ records }), buildBatch({ records, baseOffset: 2 })]
  writeFileSync(join(directory, 'some.log'), Buffer.concat([...batches, batches[0]!.subarray(0, 30)]))
  const lines = await allLines(runExample('LOG_FILE', { LOG_FILE: join(directory, 'some.log') }))
  expect(lines).toEqual(['0 5 k first', '1 6 undefined second', '2 5 k first', '3 6 undefined second'])
})
