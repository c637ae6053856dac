import type { Socket } from 'node:net'
import { BoundedQueue, type Clock, type Logger } from '@logan/common'
import type { ConnectionView, Endpoint } from '../dispatch/request-context.ts'
import { FrameReader, FrameSizeError } from './frame-reader.ts'
import { IdleWatch } from './idle-watch.ts'
import type { NetConfig } from './net-config.ts'
import { RequestGate } from './request-gate.ts'
import type { RequestMemory, Reservation } from './request-memory.ts'
import { type Place, ResponseQueue } from './response-queue.ts'
import type { Answer, Route } from './route.ts'
import { SocketWriter } from './socket-writer.ts'

/** In flight: taken from the socket, its answer not yet handed to the socket. At a bound the socket is not read. */
const requestsInFlightMax = 128
/** One request may be larger than this; then it is alone. */
const bytesInFlightMax = 16 * 1024 * 1024

interface Request {
  readonly frame: Buffer
  readonly overlapClass: number | null
  readonly memory: Reservation
}

export interface ConnectionOptions {
  readonly id: number
  readonly socket: Socket
  readonly advertised: Endpoint
  readonly clock: Clock
  readonly logger: Logger
  readonly config: NetConfig
  readonly memory: RequestMemory
  readonly route: Route
  readonly onClosed: () => void
}

/**
 * One client, from its accepted socket to the end of it: bytes -> frames -> route -> answers in request order -> socket.
 *
 * Every pause happens between two frames: a frame that was begun is read to its end, since its memory is reserved. Between two frames reading
 * stops while too much is in flight here or in the broker, or while the client does not read its answers; a paused socket keeps the rest of
 * its last chunk and lets the client's own TCP window fill.
 *
 * Intake is `open`, then perhaps `ended` (the client has sent all it will: what came is still served, so that a Produce with acks=0 just before
 * the end is not lost), then `stopped` (nothing more is taken: the broker drains, the connection is to close, or is gone).
 */
export class Connection implements ConnectionView {
  readonly id: number
  readonly clientHost: string
  readonly advertised: Endpoint
  readonly closed: AbortSignal
  readonly #clientPort: number
  readonly #socket: Socket
  readonly #logger: Logger
  readonly #memory: RequestMemory
  readonly #route: Route
  readonly #leaving = new AbortController()
  readonly #reader: FrameReader
  readonly #writer: SocketWriter
  readonly #idle: IdleWatch
  readonly #gate = new RequestGate()
  readonly #responses = new ResponseQueue<Request, Answer>(requestsInFlightMax)
  /** Arrived, and not yet begun. */
  readonly #waiting = new BoundedQueue<Place<Request, Answer>>('requests of a connection', requestsInFlightMax)
  #bytesInFlight = 0
  /** For the request whose size is known and which is not whole yet. */
  #nextMemory: Reservation | null = null
  /** The request whose size is known must wait for its turn: too much is in flight. */
  #nextMustWait = false
  #intake: 'open' | 'ended' | 'stopped' = 'open'
  /** No more is sent: our side has ended, or the socket is gone. */
  #finished = false
  #pumping = false
  #pumpAgain = false

  constructor({ id, socket, advertised, clock, logger, config, memory, route, onClosed }: ConnectionOptions) {
    this.id = id
    this.clientHost = plainAddress(socket.remoteAddress)
    this.#clientPort = socket.remotePort ?? 0
    this.advertised = advertised
    this.closed = this.#leaving.signal
    this.#socket = socket
    this.#logger = logger
    this.#memory = memory
    this.#route = route
    this.#reader = new FrameReader(config.socketRequestMaxBytes)
    this.#writer = new SocketWriter(socket, clock)
    this.#idle = new IdleWatch({
      clock,
      limitMs: config.connectionsMaxIdleMs,
      // A client that does not read its answers is idle, whatever else it asked for.
      isWorking: () => !this.#finished && this.#responses.count > 0 && !this.#writer.congested,
      onIdle: () => this.#onIdle(),
    })
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('drain', () => this.#onDrain())
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.#logger.debug({ client: this.#client, reason: error.message }, 'connection broke'))
    socket.on('close', () => {
      this.#onGone()
      onClosed()
    })
  }

  /** Takes no more requests, lets those taken finish (long polls are told to answer), then closes. */
  drain(): void {
    this.#stopIntake()
    this.#leaving.abort()
    this.#pump()
  }

  /** Closes at once; what was not written is lost. */
  destroy(): void {
    this.#socket.destroy()
  }

  get #client(): string {
    return `${this.clientHost}:${this.#clientPort}`
  }

  #onData(chunk: Buffer): void {
    if (this.#intake === 'stopped') return
    this.#idle.touch()
    this.#reader.feed(chunk)
    this.#pump()
  }

  #onDrain(): void {
    this.#idle.touch()
    this.#pump()
  }

  #onEnd(): void {
    if (this.#intake === 'open') this.#intake = 'ended'
    // Whoever ended seldom waits for a long poll: it is answered with what is there.
    this.#leaving.abort()
    this.#pump()
  }

  #onIdle(): void {
    this.#logger.debug({ client: this.#client }, 'idle connection closed')
    this.destroy()
  }

  #onGone(): void {
    this.#idle.stop()
    this.#giveUp()
  }

  /** Moves all that can move. Every event ends here; one from within makes it go round once more. */
  #pump(): void {
    this.#pumpAgain = true
    if (this.#pumping) return
    this.#pumping = true
    while (this.#pumpAgain) {
      this.#pumpAgain = false
      this.#sendAnswers()
      this.#beginRequests()
      if (this.#takeRequest()) this.#pumpAgain = true
    }
    this.#pumping = false
    if (this.#isDone()) this.#finish()
    if (!this.#finished) this.#pauseOrResume()
  }

  #sendAnswers(): void {
    for (let ready = this.#responses.takeReady(); ready !== undefined; ready = this.#responses.takeReady()) {
      this.#gate.end()
      this.#letGo(ready.request)
      if (this.#finished) continue
      if (ready.answer.kind === 'send') this.#writer.write(ready.answer.buffers)
      else if (ready.answer.kind === 'close') this.#finish()
    }
  }

  #beginRequests(): void {
    for (let place = this.#waiting.peek(); place !== undefined; place = this.#waiting.peek()) {
      if (this.#writer.congested || !this.#gate.mayBegin(place.request.overlapClass)) return
      this.#waiting.shift()
      this.#gate.begin(place.request.overlapClass)
      this.#serve(place)
      this.#sendAnswers()
    }
  }

  #serve(place: Place<Request, Answer>): void {
    const answer = this.#route.serve(place.request.frame, this)
    if (!(answer instanceof Promise)) {
      this.#responses.settle(place, answer)
      return
    }
    void answer.then((settled) => {
      this.#responses.settle(place, settled)
      this.#pump()
    })
  }

  #mayTake(): boolean {
    return this.#intake !== 'stopped' && (this.#reader.insideFrame || (!this.#responses.full && !this.#writer.congested))
  }

  /** Takes one whole request out of what was read. False when there is none, or none may be taken now. */
  #takeRequest(): boolean {
    if (!this.#mayTake()) return false
    const frame = this.#nextFrame()
    if (frame !== null) this.#enter(frame)
    else if (this.#reader.insideFrame) this.#nextMemory!.arriving(this.#reader.receivedBytes)
    return frame !== null
  }

  #nextFrame(): Buffer | null {
    try {
      return this.#reader.next((size) => this.#admit(size))
    } catch (error) {
      if (!(error instanceof FrameSizeError)) throw error
      this.#logger.warn({ client: this.#client, reason: error.message }, 'malformed request: connection closes')
      this.#stopIntake()
      return null
    }
  }

  /** Whether a request of this size may be read now; if so its memory is reserved. */
  #admit(size: number): boolean {
    this.#nextMustWait = this.#bytesInFlight > 0 && this.#bytesInFlight + size > bytesInFlightMax
    if (this.#nextMustWait) return false
    this.#nextMemory ??= this.#memory.reserve(size, { granted: () => this.#pump(), evict: () => this.#onTooSlow() })
    this.#nextMustWait = !this.#nextMemory.held
    return !this.#nextMustWait
  }

  #onTooSlow(): void {
    this.#logger.warn({ client: this.#client }, 'request memory is short and this client sends too slowly: connection closed')
    this.destroy()
  }

  #enter(frame: Buffer): void {
    const memory = this.#nextMemory!
    memory.arrived()
    this.#nextMemory = null
    this.#bytesInFlight += memory.bytes
    this.#waiting.push(this.#responses.enter({ frame, memory, overlapClass: this.#route.overlapClass(frame) }))
  }

  /** The one place where the memory of a request that was taken is given back. */
  #letGo(request: Request): void {
    this.#bytesInFlight -= request.memory.bytes
    request.memory.release()
  }

  #pauseOrResume(): void {
    if (this.#mayTake() && !this.#nextMustWait) this.#socket.resume()
    else this.#socket.pause()
  }

  #stopIntake(): void {
    this.#intake = 'stopped'
    this.#nextMemory?.release()
    this.#nextMemory = null
  }

  /** Nothing is in flight, and nothing more comes. */
  #isDone(): boolean {
    if (this.#finished || this.#responses.count > 0) return false
    return this.#intake === 'stopped' || (this.#intake === 'ended' && this.#reader.starved)
  }

  #finish(): void {
    this.#giveUp()
    this.#writer.finish()
  }

  /** No answer can be sent any more: what has not begun never will. What runs keeps its memory until it is through. */
  #giveUp(): void {
    this.#finished = true
    this.#stopIntake()
    for (let place = this.#waiting.shift(); place !== undefined; place = this.#waiting.shift()) this.#letGo(place.request)
    this.#leaving.abort()
  }
}

/** IPv4 in IPv6's clothes (`::ffff:10.0.0.1`) is IPv4. */
export function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? 'unknown'
}
