import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Clock, Logger } from '@logan/common'
import type { Endpoint } from '../dispatch/request-context.ts'
import { Connection } from './connection.ts'
import { limitRate } from './limit-rate.ts'
import type { NetConfig } from './net-config.ts'
import { plainAddress, printEndpoint } from './printed-address.ts'
import { RequestMemory } from './request-memory.ts'
import type { Route } from './route.ts'

export interface ListenerOptions {
  /** A name, an IPv4 or an IPv6 address of this machine. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** What clients are told to connect to; null: the address through which each of them came. */
  readonly advertised: Endpoint | null
  readonly clock: Clock
  readonly logger: Logger
  readonly config: NetConfig
  readonly route: Route
}

export interface Listener {
  /** As bound: the address, and the port that was really taken. */
  readonly host: string
  readonly port: number
  /** Clients connected now. */
  readonly connections: number
  /**
   * Accepts nothing more, lets every connection finish the requests it has taken (long polls are told to answer), and closes it. What is still
   * open after `deadlineMs` is cut off. Resolves when all are closed.
   */
  close(options: { readonly deadlineMs: number }): Promise<void>
}

/** The address cannot be listened on; the message is a sentence for the operator. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** Binds and accepts. Throws ListenError. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { host, port, clock, logger } = options
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true })
  const clients = new Clients(options)
  server.on('connection', (socket) => clients.accept(socket))
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw new ListenError(`cannot listen on ${printEndpoint(host, port)}: ${whyNot(error as NodeJS.ErrnoException)}`, { cause: error })
  }
  const complain = limitRate(clock, (details, message) => logger.error(details, message))
  server.on('error', (error) => complain({ reason: error.message }, 'cannot accept a connection'))
  const bound = server.address() as AddressInfo
  return {
    host: bound.address,
    port: bound.port,
    get connections() {
      return clients.count
    },
    close: ({ deadlineMs }) => close(server, clients, clock, deadlineMs),
  }
}

async function close(server: Server, clients: Clients, clock: Clock, deadlineMs: number): Promise<void> {
  const unbound = new Promise<void>((resolve) => server.close(() => resolve()))
  const timer = clock.setTimer(deadlineMs, () => clients.destroy())
  await Promise.all([unbound, clients.drain()])
  timer.cancel()
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is already in use, perhaps by another broker',
  EACCES: 'permission denied (ports below 1024 need privileges)',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  ERR_SOCKET_BAD_PORT: 'a port lies between 0 and 65535',
}

function whyNot(error: NodeJS.ErrnoException): string {
  return reasons[error.code ?? ''] ?? error.message
}

/** The connections that are open, and the limits on how many there may be. */
class Clients {
  readonly #options: ListenerOptions
  readonly #memory: RequestMemory
  readonly #connections = new Set<Connection>()
  readonly #countByHost = new Map<string, number>()
  readonly #warnOfRefusal: (details: object, message: string) => void
  #lastId = 0
  #draining = false
  readonly #allClosed = Promise.withResolvers<void>()

  constructor(options: ListenerOptions) {
    const { clock, config, logger } = options
    this.#options = options
    const { queuedMaxRequestBytes } = config
    this.#memory = new RequestMemory(queuedMaxRequestBytes > 0 ? queuedMaxRequestBytes : Number.POSITIVE_INFINITY, clock)
    this.#warnOfRefusal = limitRate(clock, (details, message) => logger.warn(details, message))
  }

  get count(): number {
    return this.#connections.size
  }

  accept(socket: Socket): void {
    const host = plainAddress(socket.remoteAddress)
    const limit = this.#limitReached(host)
    if (limit !== null) this.#warnOfRefusal({ client: host, limit }, 'too many connections: closed at once')
    if (limit !== null || this.#draining) {
      socket.destroy()
      return
    }
    this.#open(socket, host)
  }

  /** Resolves when all are closed. */
  async drain(): Promise<void> {
    this.#draining = true
    for (const connection of this.#connections) connection.drain()
    if (this.#connections.size > 0) await this.#allClosed.promise
  }

  destroy(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  #limitReached(host: string): string | null {
    const { maxConnections, maxConnectionsPerIp } = this.#options.config
    if (this.#connections.size >= maxConnections) return `max.connections=${maxConnections}`
    if ((this.#countByHost.get(host) ?? 0) >= maxConnectionsPerIp) return `max.connections.per.ip=${maxConnectionsPerIp}`
    return null
  }

  #open(socket: Socket, host: string): void {
    const { advertised, clock, logger, config, route } = this.#options
    const connection = new Connection({
      id: ++this.#lastId,
      socket,
      advertised: advertised ?? { host: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
      clock,
      logger,
      config,
      memory: this.#memory,
      route,
      onClosed: () => {
        this.#connections.delete(connection)
        this.#countHost(host, -1)
        if (this.#draining && this.#connections.size === 0) this.#allClosed.resolve()
      },
    })
    this.#connections.add(connection)
    this.#countHost(host, 1)
  }

  #countHost(host: string, change: 1 | -1): void {
    const count = (this.#countByHost.get(host) ?? 0) + change
    if (count === 0) this.#countByHost.delete(host)
    else this.#countByHost.set(host, count)
  }
}
