import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Listener } from '../../src/net/listener.ts'
import type { Route } from '../../src/net/route.ts'
import { echoRoute, FakeRoute, sent } from './fake-route.ts'
import { framed, RawClient } from './raw-client.ts'
import { start } from './start.ts'

let listener: Listener | undefined
const clients: RawClient[] = []

async function startWith(route: Route, options: Parameters<typeof start>[1] = {}): Promise<void> {
  listener = await start(route, options)
}

async function connect(options?: Parameters<typeof RawClient.connect>[1]): Promise<RawClient> {
  const client = await RawClient.connect(listener!.port, options)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  await listener?.close({ deadlineMs: 0 })
  listener = undefined
})

describe('frames', () => {
  it('are the same byte by byte, whole, and several at once', async () => {
    await startWith(echoRoute)
    const client = await connect()
    for (const byte of framed('one byte at a time')) {
      client.sendRaw(Buffer.of(byte))
      await setImmediate()
    }
    client.send('whole')
    client.send('several', 'at', 'once')
    expect(await client.nextTexts(5)).toEqual(['one byte at a time', 'whole', 'several', 'at', 'once'])
  })

  it('of many chunks arrive intact', async () => {
    await startWith(echoRoute)
    const client = await connect()
    const body = Buffer.alloc(5_000_000)
    for (let position = 0; position < body.length; position += 4) body.writeUInt32BE((position * 2654435761) >>> 0, position)
    client.send('before', body, 'after')
    expect((await client.next()).toString()).toBe('before')
    expect((await client.next()).equals(body)).toBe(true)
    expect((await client.next()).toString()).toBe('after')
  })
})

describe('order', () => {
  it('a request begins when everything before it is answered', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    client.send('a', 'b')
    await route.at(0)
    await setImmediate()
    expect(route.texts).toEqual(['a'])
    await route.echo(0)
    await route.echo(1)
    expect(await client.nextTexts(2)).toEqual(['A', 'B'])
  })

  it('consecutive requests that overlap begin at once, in order, and their answers keep the order', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    client.send('p1', 'p2', 'p3', 'f', 'p4')
    await route.at(2)
    await setImmediate()
    expect(route.texts).toEqual(['p1', 'p2', 'p3'])
    await route.echo(2)
    await route.echo(0)
    expect(await client.nextTexts(1)).toEqual(['P1'])
    expect(route.texts).toEqual(['p1', 'p2', 'p3'])
    await route.echo(1)
    await route.echo(3)
    await route.echo(4)
    expect(await client.nextTexts(4)).toEqual(['P2', 'P3', 'F', 'P4'])
    expect(route.texts).toEqual(['p1', 'p2', 'p3', 'f', 'p4'])
  })

  it('a request without an answer holds its place and sends nothing', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    client.send('p1', 'p2', 'p3')
    await route.echo(2)
    await route.echo(0)
    ;(await route.at(1)).answer({ kind: 'nothing' })
    expect(await client.nextTexts(2)).toEqual(['P1', 'P3'])
  })

  it('closing waits for the earlier answers and begins nothing more', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    client.send('p1', 'p2', 'p3', 'f')
    ;(await route.at(1)).answer({ kind: 'close' })
    await route.echo(2)
    await route.echo(0)
    expect(await client.end()).toEqual(framed('P1'))
    expect(route.texts).toEqual(['p1', 'p2', 'p3'])
  })
})

describe('bounds', () => {
  it('a size that no request may have closes the connection after the answers to what came before', async () => {
    const route = new FakeRoute()
    await startWith(route, { config: { socketRequestMaxBytes: 1000 } })
    for (const size of [1001, -1, 0x7fffffff]) {
      const client = await connect()
      const prefix = Buffer.alloc(4)
      prefix.writeInt32BE(size)
      client.sendRaw(Buffer.concat([framed('a'), prefix, Buffer.alloc(100)]))
      await route.echo(route.begun.length)
      expect(await client.end()).toEqual(framed('A'))
    }
  })

  it('too many requests in flight stop the reading, and it goes on when they are answered', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    const count = 1000
    client.send(...Array.from({ length: count }, (_, index) => `p${index}`))
    await route.at(127)
    await setImmediate()
    expect(route.begun.length).toBe(128)
    for (let index = 0; index < count; index++) await route.echo(index)
    expect(await client.nextTexts(count)).toEqual(Array.from({ length: count }, (_, index) => `P${index}`))
  })

  it('a request larger than the bytes allowed in flight is served alone', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    client.send('p1', Buffer.alloc(20 * 1024 * 1024, 'p'), 'p3')
    await route.at(0)
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    expect(route.begun.length).toBe(1)
    await route.echo(0)
    const large = await route.at(1)
    expect(large.frame.length).toBe(20 * 1024 * 1024)
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    expect(route.begun.length).toBe(2)
    large.answer(sent('large'))
    await route.echo(2)
    expect(await client.nextTexts(3)).toEqual(['P1', 'large', 'P3'])
  })

  it('request memory is shared by all connections, and whoever waits for it is served in the end', async () => {
    const route = new FakeRoute()
    await startWith(route, { config: { queuedMaxRequestBytes: 1000 } })
    const greedy = await connect()
    greedy.send(Buffer.alloc(1500, 'p'))
    await route.at(0)
    const others = [await connect(), await connect()]
    for (const other of others) other.send('o')
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    expect(route.begun.length).toBe(1)
    await route.echo(0)
    await route.echo(1)
    await route.echo(2)
    for (const other of others) expect(await other.nextTexts(1)).toEqual(['O'])
  })

  it('a client that does not read its answers gets no more of them made than the socket holds', async () => {
    let served = 0
    const answer = sent(Buffer.alloc(1024 * 1024))
    await startWith({
      overlapClass: () => 1,
      serve: () => {
        served++
        return answer
      },
    })
    const client = await connect()
    client.socket.pause()
    const count = 100
    client.send(...Array.from({ length: count }, () => 'give'))
    let before = -1
    while (served !== before) {
      before = served
      for (let turn = 0; turn < 200; turn++) await setImmediate()
    }
    // One beyond what the operating system buffers (some MiB).
    expect(served).toBeLessThan(20)
    client.socket.resume()
    for (let index = 0; index < count; index++) expect((await client.next()).length).toBe(1024 * 1024)
    expect(served).toBe(count)
  })
})

describe('the end of a connection', () => {
  it('by the client: what it sent is still served and answered, and a long poll is told', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect({ halfOpen: true })
    client.send('poll', 'last')
    const { connection, answer } = await route.at(0)
    client.socket.end()
    if (!connection.closed.aborted) await once(connection.closed, 'abort')
    answer(sent('polled'))
    await route.echo(1)
    expect(await client.nextTexts(2)).toEqual(['polled', 'LAST'])
    expect(await client.end()).toEqual(Buffer.alloc(0))
  })

  it('in the middle of a frame or of a request leaves nothing behind', async () => {
    const route = new FakeRoute()
    await startWith(route)
    const client = await connect()
    client.send('p1', 'f')
    client.sendRaw(framed('half a frame').subarray(0, 7))
    const { connection, answer } = await route.at(0)
    client.socket.resetAndDestroy()
    await once(connection.closed, 'abort')
    while (listener!.connections > 0) await setImmediate()
    answer(sent('for nobody'))
    await setImmediate()
    expect(route.texts).toEqual(['p1'])
  })
  it('gives all memory back, wherever it comes', async () => {
    const route = new FakeRoute()
    // Room for one request: what is not given back keeps everybody else out.
    await startWith(route, { config: { queuedMaxRequestBytes: 1 } })
    const stream = Buffer.concat([framed('p1'), framed('p2'), framed('f'), framed(Buffer.alloc(100_000))])
    for (const bytes of [3, 4, 5, 6, 10, 12, 17, 18, 22, 23, 24, 60_000, stream.length]) {
      const client = await connect()
      client.sendRaw(stream.subarray(0, bytes))
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      client.socket.resetAndDestroy()
      while (listener!.connections > 0) {
        for (const { answer } of route.begun.splice(0)) answer({ kind: 'nothing' })
        await setImmediate()
      }
      for (const { answer } of route.begun.splice(0)) answer({ kind: 'nothing' })
    }
    const next = await connect()
    next.send('next')
    await route.echo(0)
    expect(await next.nextTexts(1)).toEqual(['NEXT'])
  })
})
