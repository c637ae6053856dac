import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { type Api, decodeResponseFrame, encodeRequestFrame, FrameSplitter, type RequestInputOf, type ResponseOf } from '@logan/protocol'

interface Awaited {
  readonly correlationId: number
  readonly resolve: (frame: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** A client that speaks any API in any version and does nothing by itself. Answers are held against the order of the requests. */
export class WireClient {
  readonly #socket: Socket
  readonly #splitter = new FrameSplitter({ frameBytesMax: 2 ** 28 })
  readonly #awaited: Awaited[] = []
  #correlationId = 0
  /** Resolves when the broker, or `close`, has ended the connection. */
  readonly closed: Promise<void>

  static async connect(port: number): Promise<WireClient> {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new WireClient(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#splitter.push(chunk, (frame) => this.#take(frame)))
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        for (const { reject } of this.#awaited.splice(0)) reject(new Error('the connection is closed'))
        resolve()
      })
    })
  }

  /** Sends a request and gives its answer. Calls may overlap. @throws (rejects) when the connection ends before the answer */
  async call<A extends Api>(api: A, version: number, request: RequestInputOf<A>): Promise<ResponseOf<A>> {
    const correlationId = this.send(api, version, request)
    const frame = await new Promise<Uint8Array>((resolve, reject) => this.#awaited.push({ correlationId, resolve, reject }))
    return decodeResponseFrame(api.key, version, frame).body as ResponseOf<A>
  }

  /** Sends a request that has no answer. @returns its correlation id */
  send<A extends Api>(api: A, apiVersion: number, request: RequestInputOf<A>): number {
    const correlationId = this.#correlationId++
    const header = { apiKey: api.key, apiVersion, correlationId, clientId: 'wire-client' }
    this.#socket.write(Buffer.concat(encodeRequestFrame(header, request as object)))
    return correlationId
  }

  async close(): Promise<void> {
    this.#socket.destroy()
    await this.closed
  }

  #take(frame: Uint8Array): void {
    const awaited = this.#awaited.shift()
    const correlationId = Buffer.from(frame).readInt32BE(0)
    if (awaited === undefined) throw new Error(`an answer (${correlationId}) that nobody awaits`)
    if (correlationId === awaited.correlationId) awaited.resolve(frame)
    else awaited.reject(new Error(`answer ${correlationId} came where ${awaited.correlationId} was due`))
  }
}
