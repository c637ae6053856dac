import { once } from 'node:events'
import { createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createLogger, ManualClock } from '@logan/common'
import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectionView } from '../../src/dispatch/request-context.ts'
import type { Listener } from '../../src/net/listener.ts'
import type { Route } from '../../src/net/route.ts'
import { echoRoute, FakeRoute, sent } from './fake-route.ts'
import { framed, RawClient } from './raw-client.ts'
import { start } from './start.ts'

const listeners: Listener[] = []
const clients: RawClient[] = []

async function startWith(...args: Parameters<typeof start>): Promise<Listener> {
  const listener = await start(...args)
  listeners.push(listener)
  return listener
}

async function connect(listener: Listener, options?: Parameters<typeof RawClient.connect>[1]): Promise<RawClient> {
  const client = await RawClient.connect(listener.port, options)
  clients.push(client)
  return client
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}

/** What a client is told of itself and of the broker. */
function viewsOf(): { route: Route; views: ConnectionView[] } {
  const views: ConnectionView[] = []
  const serve: Route['serve'] = (frame, connection) => {
    views.push(connection)
    return sent(frame)
  }
  return { views, route: { overlapClass: () => null, serve } }
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  await Promise.all(listeners.splice(0).map((listener) => listener.close({ deadlineMs: 0 })))
})

describe('binding', () => {
  it('takes any free port for 0 and says which', async () => {
    const listener = await startWith(echoRoute)
    expect(listener.host).toBe('127.0.0.1')
    expect(listener.port).toBeGreaterThan(0)
  })

  it('fails with a sentence when the address is taken, unknown or not of this machine', async () => {
    const occupant = createServer().listen(0, '127.0.0.1')
    await once(occupant, 'listening')
    const { port } = occupant.address() as { port: number }
    const inUse = start(echoRoute, { port })
    await expect(inUse).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the address is already in use`)
    await expect(inUse).rejects.toMatchObject({ name: 'ListenError' })
    occupant.close()
    await expect(start(echoRoute, { host: '192.0.2.1' })).rejects.toThrow('cannot listen on 192.0.2.1:0: this machine has no such address')
    await expect(start(echoRoute, { port: 70_000 })).rejects.toThrow('cannot listen on 127.0.0.1:70000: a port lies between 0 and 65535')
  })

  it('tells clients the address through which they came, or the one that is advertised', async () => {
    const { route, views } = viewsOf()
    const open = await startWith(route)
    const fixed = await startWith(route, { advertised: { host: 'broker.example', port: 9999 } })
    for (const listener of [open, fixed]) {
      const client = await connect(listener)
      client.send('hello')
      await client.next()
    }
    expect(views[0]).toMatchObject({ clientHost: '127.0.0.1', advertised: { host: '127.0.0.1', port: open.port } })
    expect(views[0]!.client).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(views[1]).toMatchObject({ advertised: { host: 'broker.example', port: 9999 } })
  })

  it('shows an IPv4 client of an IPv6 socket as what it is', async () => {
    const { route, views } = viewsOf()
    const listener = await startWith(route, { host: '::' }).catch((error: Error) => error)
    // A machine without IPv6 has nothing to show.
    if (listener instanceof Error) return expect(listener.name).toBe('ListenError')
    const client = await connect(listener)
    client.send('hello')
    await client.next()
    expect(views[0]).toMatchObject({ clientHost: '127.0.0.1', advertised: { host: '127.0.0.1', port: listener.port } })
  })
})

describe('limits on connections', () => {
  it('close what is too much at once, warn once, and admit again when there is room', async () => {
    const output = new PassThrough()
    const logger = createLogger('warn', output as unknown as NodeJS.WriteStream)
    for (const config of [{ maxConnections: 2 }, { maxConnectionsPerIp: 2 }]) {
      const listener = await startWith(echoRoute, { config, logger })
      const admitted = [await connect(listener), await connect(listener)]
      for (let excess = 0; excess < 5; excess++) {
        const client = await connect(listener)
        expect(await client.end()).toEqual(Buffer.alloc(0))
      }
      expect(listener.connections).toBe(2)
      expect(String(output.read()).trim().split('\n')).toHaveLength(1)
      admitted[0]!.socket.destroy()
      await until(() => listener.connections === 1)
      const next = await connect(listener)
      next.send('room')
      expect(await next.nextTexts(1)).toEqual(['room'])
    }
  })
})

describe('idle connections', () => {
  const limit = { connectionsMaxIdleMs: 10_000 }

  it('are closed when nothing came for the time, not before', async () => {
    const clock = new ManualClock()
    const listener = await startWith(echoRoute, { clock, config: limit })
    const client = await connect(listener)
    await until(() => listener.connections === 1)
    clock.advance(9_000)
    client.send('still here')
    await client.next()
    clock.advance(9_000)
    client.send('and here')
    await client.next()
    clock.advance(10_000)
    await client.end()
    await until(() => listener.connections === 0)
  })

  it('are not those whose request is being worked on', async () => {
    const clock = new ManualClock()
    const route = new FakeRoute()
    const listener = await startWith(route, { clock, config: limit })
    const client = await connect(listener)
    client.send('long poll')
    await route.at(0)
    clock.advance(60_000)
    await route.echo(0)
    expect(await client.nextTexts(1)).toEqual(['LONG POLL'])
  })

  it('are none when the limit is negative', async () => {
    const clock = new ManualClock()
    const listener = await startWith(echoRoute, { clock, config: { connectionsMaxIdleMs: -1 } })
    const client = await connect(listener)
    await until(() => listener.connections === 1)
    clock.advance(30 * 86_400_000)
    client.send('still here')
    expect(await client.nextTexts(1)).toEqual(['still here'])
  })

  it('are those that stopped in the middle of a request', async () => {
    const clock = new ManualClock()
    const listener = await startWith(echoRoute, { clock, config: limit })
    const client = await connect(listener)
    client.send('whole')
    client.sendRaw(framed('half').subarray(0, 6))
    await client.next()
    clock.advance(10_000)
    await client.end()
  })

  it('are those that do not read their answers', async () => {
    const clock = new ManualClock()
    const route = new FakeRoute()
    const listener = await startWith(route, { clock, config: limit })
    const client = await connect(listener)
    client.socket.pause()
    client.send('p1', 'p2')
    ;(await route.at(0)).answer(sent(Buffer.alloc(32 * 1024 * 1024)))
    await setImmediate()
    clock.advance(10_000)
    await until(() => listener.connections === 0)
  })
})

describe('short request memory', () => {
  // The limit lets one request in; it is held by a client that does not go on.
  const config = { queuedMaxRequestBytes: 1000 }

  async function waiterBehind(holder: (client: RawClient, route: FakeRoute) => Promise<void>): Promise<{ served: boolean }> {
    const clock = new ManualClock()
    const route = new FakeRoute()
    const listener = await startWith(route, { clock, config })
    const [greedy, patient] = [await connect(listener), await connect(listener)]
    await holder(greedy, route)
    const before = route.begun.length
    patient.send('o')
    const answered = patient.next().then(
      () => true,
      () => false,
    )
    for (let turn = 0; turn < 30; turn++) await setImmediate()
    expect(route.begun.length).toBe(before)
    clock.advance(5_000)
    for (let turn = 0; turn < 200 && route.begun.length === before; turn++) await setImmediate()
    if (route.begun.length === before) return { served: false }
    await route.echo(before)
    return { served: await answered }
  }

  it('is taken from a client that announced a request and does not send it', async () => {
    const { served } = await waiterBehind(async (client) => {
      client.sendRaw(framed(Buffer.alloc(5000)).subarray(0, 10))
      for (let turn = 0; turn < 30; turn++) await setImmediate()
    })
    expect(served).toBe(true)
  })

  it('is taken from a client that does not read the answers its requests wait for', async () => {
    const { served } = await waiterBehind(async (client, route) => {
      client.socket.pause()
      client.send('a', Buffer.alloc(5000, 'b'))
      ;(await route.at(0)).answer(sent(Buffer.alloc(32 * 1024 * 1024)))
      for (let turn = 0; turn < 30; turn++) await setImmediate()
    })
    expect(served).toBe(true)
  })

  it('never is when there is no limit', async () => {
    const listener = await startWith(echoRoute, { config: { queuedMaxRequestBytes: -1 } })
    const client = await connect(listener)
    client.send('any', 'number')
    expect(await client.nextTexts(2)).toEqual(['any', 'number'])
  })

  it('is left to a client whose request is being worked on', async () => {
    let finish = async (): Promise<void> => {}
    const { served } = await waiterBehind(async (client, route) => {
      client.send(Buffer.alloc(5000, 'b'))
      await route.at(0)
      finish = async () => {
        await route.echo(0)
        await route.echo(1)
      }
    })
    expect(served).toBe(false)
    await finish()
  })
})

describe('closing', () => {
  it('finishes what was taken, tells long polls to answer, takes and accepts nothing more', async () => {
    const route = new FakeRoute()
    const listener = await startWith(route)
    const [busy, idle] = [await connect(listener), await connect(listener)]
    busy.send('a', 'b')
    busy.sendRaw(framed('half').subarray(0, 6))
    const { connection, answer } = await route.at(0)
    await until(() => listener.connections === 2)
    const closing = listener.close({ deadlineMs: 10_000 })
    expect(connection.closed.aborted).toBe(true)
    expect(await idle.end()).toEqual(Buffer.alloc(0))
    await expect(RawClient.connect(listener.port)).rejects.toThrow()
    busy.send('too late')
    answer(sent('A'))
    await route.echo(1)
    expect(await busy.nextTexts(2)).toEqual(['A', 'B'])
    await busy.end()
    await closing
    expect(listener.connections).toBe(0)
    expect(route.texts).toEqual(['a', 'b'])
  })

  it('cuts off at the deadline what does not finish', async () => {
    const clock = new ManualClock()
    const route = new FakeRoute()
    const listener = await startWith(route, { clock })
    const client = await connect(listener)
    client.send('never answered')
    const { answer } = await route.at(0)
    const closing = listener.close({ deadlineMs: 3_000 })
    clock.advance(3_000)
    await closing
    await client.end()
    answer(sent('for nobody'))
    await setImmediate()
  })

  it('does not wait for a client that keeps its side open', async () => {
    const clock = new ManualClock()
    const listener = await startWith(echoRoute, { clock })
    const client = await connect(listener, { halfOpen: true })
    client.send('hello')
    await client.next()
    const closing = listener.close({ deadlineMs: 60_000 })
    await client.end()
    await setImmediate()
    clock.advance(500)
    await closing
  })

  it('may be asked for twice', async () => {
    const listener = await startWith(echoRoute)
    await Promise.all([listener.close({ deadlineMs: 0 }), listener.close({ deadlineMs: 0 })])
  })
})
