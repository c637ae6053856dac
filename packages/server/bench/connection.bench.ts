/**
 * What a connection costs: `node -C @logan/source packages/server/bench/connection.bench.ts`.
 * The clients run in a process of their own; CPU time is that of the serving process alone.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { silentLogger, systemClock } from '@logan/common'
import { startListener } from '../src/net/listener.ts'
import type { Answer, Route } from '../src/net/route.ts'

interface Load {
  readonly name: string
  readonly connections: number
  readonly bodyBytes: number
  readonly answerBytes: number
  /** Requests a client sends before it waits for an answer. */
  readonly pipeline: number
  readonly requests: number
  /** Answers come in a later turn of the loop, as from a shard. */
  readonly later: boolean
}

const mib = 1024 * 1024
const loads: readonly Load[] = [
  { name: 'tiny, one at a time', connections: 10, bodyBytes: 100, answerBytes: 60, pipeline: 1, requests: 200_000, later: false },
  { name: 'tiny, 20 in flight', connections: 10, bodyBytes: 100, answerBytes: 60, pipeline: 20, requests: 1_000_000, later: false },
  {
    name: 'tiny, 20 in flight, answered later',
    connections: 10,
    bodyBytes: 100,
    answerBytes: 60,
    pipeline: 20,
    requests: 1_000_000,
    later: true,
  },
  { name: 'requests of 16 KiB', connections: 4, bodyBytes: 16 * 1024, answerBytes: 60, pipeline: 5, requests: 200_000, later: true },
  { name: 'requests of 1 MiB', connections: 4, bodyBytes: mib, answerBytes: 60, pipeline: 5, requests: 6_000, later: true },
  { name: 'answers of 1 MiB', connections: 4, bodyBytes: 100, answerBytes: mib, pipeline: 1, requests: 6_000, later: true },
]

function framed(bytes: number): Buffer {
  const frame = Buffer.alloc(4 + bytes, 7)
  frame.writeInt32BE(bytes)
  return frame
}

async function serveLoads(): Promise<void> {
  for (const load of loads) {
    const answer: Answer = { kind: 'send', buffers: [framed(load.answerBytes)] }
    const route: Route = { overlapClass: () => 1, serve: () => (load.later ? Promise.resolve(answer) : answer) }
    const config = {
      socketRequestMaxBytes: 100 * mib,
      queuedMaxRequestBytes: 256 * mib,
      maxConnections: 100,
      maxConnectionsPerIp: 100,
      connectionsMaxIdleMs: 600_000,
    }
    const listener = await startListener({
      host: '127.0.0.1',
      port: 0,
      advertised: null,
      clock: systemClock,
      logger: silentLogger,
      config,
      route,
    })
    const client = fork(import.meta.filename, [JSON.stringify(load), String(listener.port)])
    await once(client, 'message')
    const cpuBefore = process.cpuUsage()
    const startMs = performance.now()
    client.send('go')
    await once(client, 'message')
    const elapsedMs = performance.now() - startMs
    const { user, system } = process.cpuUsage(cpuBefore)
    report(load, elapsedMs, (user + system) / 1000)
    client.disconnect()
    await listener.close({ deadlineMs: 1000 })
  }
}

function report({ name, requests, bodyBytes, answerBytes }: Load, elapsedMs: number, cpuMs: number): void {
  const gb = (requests * (bodyBytes + answerBytes)) / 1e9
  console.log(
    `${name.padEnd(36)} ${((requests / elapsedMs) * 1000).toFixed(0).padStart(8)} requests/s ` +
      `${((cpuMs / requests) * 1000).toFixed(1).padStart(7)} us CPU each   ${(gb / (elapsedMs / 1000)).toFixed(2)} GB/s ` +
      `${(cpuMs / 1000 / gb).toFixed(2)} s CPU/GB   ${(process.memoryUsage().rss / mib).toFixed(0)} MiB resident`,
  )
}

async function runClients({ connections, bodyBytes, answerBytes, pipeline, requests }: Load, port: number): Promise<void> {
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
      await once(socket, 'connect')
      return socket
    }),
  )
  process.send!('ready')
  await once(process, 'message')
  const each = requests / connections
  await Promise.all(
    sockets.map((socket) => runClient(socket, { frame: framed(bodyBytes), answerFrameBytes: answerBytes + 4, pipeline, requests: each })),
  )
  process.send!('done')
}

function runClient(
  socket: Socket,
  { frame, answerFrameBytes, pipeline, requests }: { frame: Buffer; answerFrameBytes: number; pipeline: number; requests: number },
): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0
    let receivedBytes = 0
    const send = (count: number): void => {
      socket.cork()
      for (let index = 0; index < count && sent < requests; index++, sent++) socket.write(frame)
      socket.uncork()
    }
    socket.on('data', (chunk: Buffer) => {
      const before = Math.floor(receivedBytes / answerFrameBytes)
      receivedBytes += chunk.length
      const answered = Math.floor(receivedBytes / answerFrameBytes)
      send(answered - before)
      if (answered === requests) resolve()
    })
    send(pipeline)
  })
}

const [load, port] = process.argv.slice(2)
if (load === undefined) await serveLoads()
else {
  await runClients(JSON.parse(load) as Load, Number(port))
  process.disconnect!()
}
