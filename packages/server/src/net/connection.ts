import type { Socket } from 'node:net'
import { BoundedQueue, type Clock, type Logger } from '@logan/common'
import type { ConnectionView, Endpoint } from '../dispatch/request-context.ts'
import { ClientPace, type Progress } from './client-pace.ts'
import { FrameSizeError } from './frame-reader.ts'
import { IdleWatch } from './idle-watch.ts'
import { Intake } from './intake.ts'
import type { NetConfig } from './net-config.ts'
import { plainAddress, printEndpoint } from './printed-address.ts'
import { RequestGate } from './request-gate.ts'
import type { MemoryAccount, RequestMemory } from './request-memory.ts'
import { type Place, ResponseQueue } from './response-queue.ts'
import type { Answer, Route } from './route.ts'
import { SocketWriter } from './socket-writer.ts'

/** In flight: taken from the socket, its answer not yet handed to the socket. At the bound the socket is not read. */
const requestsInFlightMax = 128

interface Request {
  readonly frame: Buffer
  readonly overlapClass: number | null
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
 * One client, from its accepted socket to the end of it: bytes -> requests -> route -> answers in request order -> socket.
 *
 * Every pause happens between two requests: one that was begun is read to its end, since its memory is reserved. Between two requests reading
 * stops while too much is in flight here or in the broker, or while the client does not read its answers; a paused socket keeps the rest
 * of its last chunk and lets the client's own TCP window fill.
 *
 * Whatever happens is noted where it happens, and then `#pump` moves all that can move.
 */
export class Connection implements ConnectionView {
  readonly id: number
  readonly clientHost: string
  readonly client: string
  readonly advertised: Endpoint
  readonly closed: AbortSignal
  readonly #socket: Socket
  readonly #logger: Logger
  readonly #route: Route
  readonly #leaving = new AbortController()
  readonly #memory: MemoryAccount
  readonly #intake: Intake
  readonly #writer: SocketWriter
  readonly #idle: IdleWatch
  readonly #pace = new ClientPace()
  readonly #gate = new RequestGate()
  readonly #responses = new ResponseQueue<Request, Answer>(requestsInFlightMax)
  /** Arrived, and not yet begun. */
  readonly #waiting = new BoundedQueue<Place<Request, Answer>>('requests of a connection', requestsInFlightMax)
  /** No more is sent: our side has ended, or the socket is gone. */
  #finished = false
  #pumping = false
  #pumpAgain = false

  constructor({ id, socket, advertised, clock, logger, config, memory, route, onClosed }: ConnectionOptions) {
    this.id = id
    this.clientHost = plainAddress(socket.remoteAddress)
    this.client = printEndpoint(this.clientHost, socket.remotePort ?? 0)
    this.advertised = advertised
    this.closed = this.#leaving.signal
    this.#socket = socket
    this.#logger = logger
    this.#route = route
    this.#memory = memory.open({
      granted: () => this.#onMemory(),
      markPace: () => this.#pace.mark(this.#progress()),
      checkPace: () => this.#checkPace(),
    })
    this.#intake = new Intake(config.socketRequestMaxBytes, this.#memory)
    this.#writer = new SocketWriter(socket, clock)
    this.#idle = new IdleWatch({
      clock,
      limitMs: config.connectionsMaxIdleMs < 0 ? Number.POSITIVE_INFINITY : config.connectionsMaxIdleMs,
      // A client that does not read its answers is idle, whatever else it asked for.
      isWorking: () => !this.#finished && this.#responses.count > 0 && !this.#writer.congested,
      onIdle: () => this.#onIdle(),
    })
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('drain', () => this.#onDrain())
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => logger.debug({ client: this.client, reason: error.message }, 'connection broke'))
    socket.on('close', () => {
      this.#onGone()
      onClosed()
    })
  }

  /** Takes no more requests, lets those taken finish (long polls are told to answer), then closes. */
  drain(): void {
    this.#stopIntake()
    this.#pump()
  }

  /** Closes at once; what was not written is lost. */
  destroy(): void {
    this.#socket.destroy()
  }

  #onData(chunk: Buffer): void {
    if (this.#intake.stopped) return
    this.#idle.touch()
    this.#intake.feed(chunk)
    this.#pump()
  }

  #onDrain(): void {
    this.#idle.touch()
    this.#pump()
  }

  #onMemory(): void {
    this.#intake.granted()
    this.#pump()
  }

  #onEnd(): void {
    this.#intake.end()
    // Whoever ended seldom waits for a long poll: it is answered with what is there.
    this.#leaving.abort()
    this.#pump()
  }

  #onIdle(): void {
    this.#logger.debug({ client: this.client }, 'idle connection closed')
    this.destroy()
  }

  #onGone(): void {
    this.#idle.stop()
    this.#giveUp()
    this.#memory.close()
  }

  /** Moves all that can move. What is noted meanwhile makes it go round once more. */
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
    if (this.#finished) return
    if (this.#responses.count === 0 && this.#intake.exhausted) this.#finish()
    else this.#pauseOrResume()
  }

  #sendAnswers(): void {
    for (let ready = this.#responses.takeReady(); ready !== undefined; ready = this.#responses.takeReady()) {
      this.#gate.end()
      this.#intake.letGo(ready.request.frame.length)
      const { answer } = ready
      if (answer.kind === 'send') this.#send(answer)
      else if (answer.kind === 'close' && !this.#finished) this.#finish()
    }
  }

  #send({ buffers, onWritten }: Extract<Answer, { kind: 'send' }>): void {
    if (this.#finished) onWritten?.()
    else this.#writer.write(buffers, onWritten)
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
    if (this.#intake.stopped) return false
    return this.#intake.insideRequest || (!this.#responses.full && !this.#writer.congested)
  }

  /** Takes one whole request out of what was read. False when there is none, or none may be taken now. */
  #takeRequest(): boolean {
    if (!this.#mayTake()) return false
    try {
      const frame = this.#intake.take()
      if (frame === null) return false
      this.#waiting.push(this.#responses.enter({ frame, overlapClass: this.#route.overlapClass(frame) }))
      return true
    } catch (error) {
      if (!(error instanceof FrameSizeError)) throw error
      this.#logger.warn({ client: this.client, reason: error.message }, 'malformed request: connection closes')
      this.#stopIntake()
      return false
    }
  }

  /** When nothing is taken any more, what comes is read and dropped: a paused socket does not notice that its client went. */
  #pauseOrResume(): void {
    if (this.#intake.stopped || (this.#mayTake() && !this.#intake.mustWait)) this.#socket.resume()
    else this.#socket.pause()
  }

  #progress(): Progress {
    return {
      sending: this.#intake.insideRequest,
      sentBytes: this.#socket.bytesRead,
      blocked: this.#writer.congested && this.#waiting.count > 0,
      takenBytes: this.#writer.takenBytes,
    }
  }

  #checkPace(): void {
    if (!this.#pace.isStuck(this.#progress())) return
    this.#logger.warn({ client: this.client }, 'request memory is short and this client hardly sends or reads: connection closed')
    this.destroy()
  }

  #stopIntake(): void {
    this.#intake.stop()
    this.#leaving.abort()
  }

  #finish(): void {
    this.#giveUp()
    this.#writer.finish()
  }

  /** No answer can be sent any more: what has not begun never will. What runs keeps its memory until it is through. */
  #giveUp(): void {
    this.#finished = true
    this.#stopIntake()
    for (let place = this.#waiting.shift(); place !== undefined; place = this.#waiting.shift())
      this.#intake.letGo(place.request.frame.length)
  }
}
