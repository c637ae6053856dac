import type { Socket } from 'node:net'
import type { Clock } from '@logan/common'

/** How long our ended side waits for the client's end. */
const lingerMs = 500

/** The sending half of a socket. */
export class SocketWriter {
  readonly #socket: Socket
  readonly #clock: Clock
  #corked = false

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
  }

  /** More is queued than the socket's high-water mark, and the client has not taken all of it yet. */
  get congested(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** What the operating system has taken, write by write. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  /**
   * Borrows the buffers until they are written, or until the socket is gone; `onWritten` tells. All that is written in one turn of the loop
   * leaves in one system call.
   */
  write(buffers: readonly Uint8Array[], onWritten?: () => void): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#socket.uncork()
      })
    }
    const last = buffers.length - 1
    for (const [index, buffer] of buffers.entries()) this.#socket.write(buffer, index === last ? onWritten : undefined)
  }

  /**
   * Ends our side once everything written is out. The socket is destroyed a moment later, not at once: what the client still sends would be
   * answered by a reset, and a reset takes back answers that the client has received and not yet read.
   */
  finish(): void {
    this.#socket.end(() => this.#clock.setTimer(lingerMs, () => this.#socket.destroy()))
    this.#socket.resume()
  }
}
