import { setImmediate } from 'node:timers/promises'
import { type Random, seededRandom } from '@logan/common'
import { encodeRequestFrame, Metadata, Produce } from '@logan/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handler } from '../../src/dispatch/handler.ts'
import { createRouter } from '../../src/dispatch/router.ts'
import { apiVersions } from '../../src/handlers/18-api-versions.ts'
import type { Listener } from '../../src/net/listener.ts'
import { fakeServices } from '../dispatch/fakes.ts'
import { RawClient } from './raw-client.ts'
import { start } from './start.ts'

// Whatever comes, three things hold: nothing is thrown anywhere (vitest fails on that), the connection closes once the client has ended, and the
// broker goes on serving others.

let listener: Listener
const fatal: Error[] = []

beforeAll(async () => {
  const handlers = [
    apiVersions,
    handler(Produce, { versions: [3, 13], overlaps: true }, async ({ acks }) => (acks === 0 ? null : {})),
    handler(Metadata, { versions: [0, 13] }, async ({ topics }) => ({ topics: (topics ?? []).map(({ name }) => ({ name })) })),
  ]
  listener = await start(createRouter(handlers, fakeServices(), { onFatal: (error) => fatal.push(error) }))
})

afterAll(() => listener.close({ deadlineMs: 1000 }))

const valid: readonly Buffer[] = [
  Buffer.concat(
    encodeRequestFrame(
      { apiKey: 18, apiVersion: 3, correlationId: 1, clientId: 'me' },
      { clientSoftwareName: 'a', clientSoftwareVersion: '1' },
    ),
  ),
  Buffer.concat(
    encodeRequestFrame({ apiKey: 3, apiVersion: 12, correlationId: 2, clientId: 'me' }, { topics: [{ name: 'a' }, { name: 'b' }] }),
  ),
  Buffer.concat(
    encodeRequestFrame(
      { apiKey: 0, apiVersion: 9, correlationId: 3, clientId: null },
      { acks: 1, timeoutMs: 1000, topicData: [{ name: 't', partitionData: [{ index: 0, records: Buffer.alloc(300, 1) }] }] },
    ),
  ),
]

function whole(random: Random, below: number): number {
  return Math.floor(random.fraction() * below)
}

/** Valid requests with bytes changed, left out or put in; or nothing but noise. */
function garbage(random: Random): Buffer {
  if (random.fraction() < 0.2) return random.bytes(1 + whole(random, 2000))
  const pieces = Array.from({ length: 1 + whole(random, 5) }, () => Buffer.from(valid[whole(random, valid.length)]!))
  for (const piece of pieces) {
    for (let count = whole(random, 4); count > 0; count--) piece[whole(random, piece.length)] = whole(random, 256)
  }
  const stream = Buffer.concat(pieces)
  return random.fraction() < 0.5 ? stream : stream.subarray(0, whole(random, stream.length))
}

async function ask(client: RawClient): Promise<number> {
  client.sendRaw(valid[0]!)
  return (await client.next()).readInt32BE(0)
}

async function throwAt(random: Random): Promise<void> {
  const client = await RawClient.connect(listener.port)
  const stream = garbage(random)
  const cut = whole(random, stream.length + 1)
  client.sendRaw(stream.subarray(0, cut))
  if (random.fraction() < 0.3) await setImmediate()
  client.sendRaw(stream.subarray(cut))
  if (random.fraction() < 0.1) {
    client.socket.resetAndDestroy()
    return
  }
  client.socket.end()
  await client.end()
}

describe('garbage', () => {
  it('never brings the broker down, and never keeps a connection open', async () => {
    const bystander = await RawClient.connect(listener.port)
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed)
      await Promise.all(Array.from({ length: 10 }, () => throwAt(random)))
      expect(await ask(bystander), `after seed ${seed}`).toBe(1)
    }
    while (listener.connections > 1) await setImmediate()
    bystander.socket.destroy()
    expect(fatal).toEqual([])
  })
})
