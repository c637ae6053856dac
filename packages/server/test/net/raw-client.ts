import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** A frame as it goes over the wire. */
export function framed(body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body as Uint8Array)
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(bytes.length)
  return Buffer.concat([prefix, bytes])
}

/** A client that knows nothing but frames. */
export class RawClient {
  readonly socket: Socket
  #received: Buffer[] = []
  #arrived: () => void = () => {}
  ended = false

  static async connect(port: number, options: { readonly halfOpen?: boolean } = {}): Promise<RawClient> {
    const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: options.halfOpen ?? false, noDelay: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  private constructor(socket: Socket) {
    this.socket = socket
    const end = (): void => {
      this.ended = true
      this.#arrived()
    }
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      this.#arrived()
    })
    socket.on('end', end)
    socket.on('close', end)
    socket.on('error', () => {})
  }

  send(...bodies: (Uint8Array | string)[]): void {
    this.socket.write(Buffer.concat(bodies.map(framed)))
  }

  sendRaw(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The body of the next frame received. */
  async next(): Promise<Buffer> {
    const size = (await this.#take(4)).readInt32BE()
    return this.#take(size)
  }

  /** The next frames as text. */
  async nextTexts(count: number): Promise<string[]> {
    const texts: string[] = []
    while (texts.length < count) texts.push((await this.next()).toString())
    return texts
  }

  /** Resolves when the broker has ended the connection, with what came and was not taken. */
  async end(): Promise<Buffer> {
    while (!this.ended) await this.#arrival()
    return Buffer.concat(this.#received)
  }

  async #take(count: number): Promise<Buffer> {
    let all = Buffer.concat(this.#received)
    while (all.length < count) {
      if (this.ended) throw new Error(`the connection ended after ${all.length} of ${count} bytes`)
      await this.#arrival()
      all = Buffer.concat(this.#received)
    }
    this.#received = [all.subarray(count)]
    return all.subarray(0, count)
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve
    })
  }
}
