import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess, temporaryDirectory } from '../../../../tests/harness/broker-process.ts'
import { readPartition } from '../clients/read-partition.ts'
import { withProducer } from './kafkajs.ts'

/*
 * Anyone can connect and send anything. Whatever comes, the process stays up, serves the others, and ends that one connection.
 */
const ends = new AsyncDisposableStack()
let broker: BrokerProcess
beforeAll(async () => {
  const directory = ends.use(temporaryDirectory()).path
  broker = ends.use(await startBrokerProcess({ directory, topics: { kept: 1 } }))
  await withProducer(broker.bootstrap, (producer) => producer.send({ topic: 'kept', messages: [{ value: 'still here' }] }))
})
afterAll(() => ends.disposeAsync())

/** Sends the bytes, says that no more come, and waits until the broker has ended the connection. Gives what it answered. */
async function sent(...chunks: Uint8Array[]): Promise<Buffer> {
  const socket = connect({ port: broker.port, host: '127.0.0.1' })
  const answer: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answer.push(chunk))
  socket.on('error', () => undefined) // a reset is one way to end it
  await once(socket, 'connect')
  for (const chunk of chunks) socket.write(chunk)
  socket.end()
  if (!socket.closed) await once(socket, 'close')
  return Buffer.concat(answer)
}

const framed = (body: Uint8Array, size = body.length) => {
  const head = Buffer.alloc(4)
  head.writeInt32BE(size)
  return Buffer.concat([head, body])
}

const header = (apiKey: number, version: number) => {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(apiKey, 0)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(7, 4) // correlation id
  bytes.writeInt16BE(-1, 8) // client id: null
  return bytes
}

async function expectServing(): Promise<void> {
  expect((await readPartition(broker.bootstrap, 'kept')).map(({ value }) => value)).toEqual(['still here'])
}

test('random bytes', async () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 2000 })
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 3 }), async (chunks) => void (await sent(...chunks))),
    { numRuns: 150 },
  )
  await expectServing()
})

test('random bodies behind every API key and version, served or not', async () => {
  const request = fc.tuple(fc.integer({ min: -1, max: 100 }), fc.integer({ min: -1, max: 20 }), fc.uint8Array({ maxLength: 400 }))
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), async (requests) => {
      await sent(...requests.map(([key, version, body]) => framed(Buffer.concat([header(key, version), body]))))
    }),
    { numRuns: 300 },
  )
  await expectServing()
})

test.each([0x7fffffff, -1, -0x80000000, 0, 1, 3, 200 << 20])('a frame that says it has %i bytes', async (size) => {
  expect(await sent(framed(header(18, 0), size))).toEqual(Buffer.alloc(0))
  await expectServing()
})

test('counts that promise more than there is, at every place of a request', async () => {
  // A real request: Metadata v12 of one topic, its bytes replaced one after the other by the largest of varints and counts.
  const body = Buffer.concat([
    header(3, 12),
    Buffer.from([0, 2]),
    Buffer.alloc(16),
    Buffer.from([5]),
    Buffer.from('kept'),
    Buffer.from([0, 0, 0, 0]),
  ])
  for (let at = 8; at < body.length; at++) {
    for (const lie of ['ffffffff0f', '7fffffff', 'ffffffff']) {
      const bytes = Buffer.from(lie, 'hex')
      await sent(framed(Buffer.concat([body.subarray(0, at), bytes, body.subarray(at + bytes.length)])))
    }
  }
  await expectServing()
})

test('a request cut short at every byte', async () => {
  const body = Buffer.concat([
    header(3, 12),
    Buffer.from([0, 2]),
    Buffer.alloc(16),
    Buffer.from([5]),
    Buffer.from('kept'),
    Buffer.from([0, 0, 0]),
  ])
  for (let length = 0; length < body.length; length++) await sent(framed(body.subarray(0, length)))
  for (let length = 0; length < body.length; length++) await sent(framed(body.subarray(0, length), body.length))
  await expectServing()
})

test('an HTTP request, a TLS hello', async () => {
  await sent(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
  await sent(Buffer.from('160301020001000001fc0303', 'hex'), Buffer.alloc(500, 7))
  await expectServing()
})

test('after all of it nothing was called a bug, and it stops as usual', async () => {
  await expectServing()
  expect(broker.output()).not.toMatch(/"level":(50|60)|bug/)
  expect(await broker.stop()).toBe(0)
})
