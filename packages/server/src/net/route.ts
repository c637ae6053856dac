import type { ConnectionView } from '../dispatch/request-context.ts'

/** What becomes of one request. */
export type Answer =
  /** A whole response frame, size prefix included. The buffers are only borrowed: they must not change until they are written. */
  | {
      readonly kind: 'send'
      readonly buffers: readonly Uint8Array[]
      /** Called once, when the buffers are out or never will be. */
      readonly onWritten?: () => void
    }
  /** No response (Produce with acks=0). The request still held its place in the order. */
  | { readonly kind: 'nothing' }
  /** The connection closes once the earlier responses are out. Who answers so has logged why. */
  | { readonly kind: 'close' }

/** What the network asks of the dispatch side. */
export interface Route {
  /**
   * Requests of the same overlap class that follow one another on a connection may be served at the same time;
   * null: this one is served alone. Called once on arrival, and must accept any bytes.
   */
  overlapClass(frame: Buffer): number | null
  /**
   * Serves one request, given without its size prefix. The frame is the caller's until the answer is there; then nobody may look at it.
   * Accepts any bytes, never throws and never rejects.
   */
  serve(frame: Buffer, connection: ConnectionView): Answer | Promise<Answer>
}
