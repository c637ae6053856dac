import type { ConnectionView } from '../../src/dispatch/request-context.ts'
import type { Answer, Route } from '../../src/net/route.ts'
import { framed } from './raw-client.ts'

export function sent(body: Uint8Array | string): Answer {
  return { kind: 'send', buffers: [framed(body)] }
}

interface Begun {
  readonly text: string
  readonly frame: Buffer
  readonly connection: ConnectionView
  readonly answer: (answer: Answer) => void
}

/**
 * A route under the test's control. Requests whose text begins with `p` overlap; the answer to each is given by hand.
 */
export class FakeRoute implements Route {
  readonly begun: Begun[] = []
  #onBegun: () => void = () => {}

  overlapClass(frame: Buffer): number | null {
    return frame[0] === 'p'.charCodeAt(0) ? 0 : null
  }

  serve(frame: Buffer, connection: ConnectionView): Promise<Answer> {
    return new Promise((resolve) => {
      this.begun.push({ text: frame.toString('latin1'), frame, connection, answer: resolve })
      this.#onBegun()
    })
  }

  get texts(): string[] {
    return this.begun.map(({ text }) => text)
  }

  /** The request that began as the one with this index, waiting for it if need be. */
  async at(index: number): Promise<Begun> {
    while (this.begun.length <= index) {
      await new Promise<void>((resolve) => {
        this.#onBegun = resolve
      })
    }
    return this.begun[index]!
  }

  /** Answers the request with this index with its own text in capitals. */
  async echo(index: number): Promise<void> {
    const { text, answer } = await this.at(index)
    answer(sent(text.toUpperCase()))
  }
}

/** Answers everything at once with what was sent. */
export const echoRoute: Route = {
  overlapClass: () => null,
  serve: (frame) => sent(frame),
}
