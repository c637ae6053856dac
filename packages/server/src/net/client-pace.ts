/** What a client has brought and taken so far. */
export interface Progress {
  /** Part of a request is there, the rest is awaited. */
  readonly sending: boolean
  readonly sentBytes: number
  /** Requests wait because the client does not read its answers. */
  readonly blocked: boolean
  readonly takenBytes: number
}

const leastBytes = 64 * 1024

/** Whether a client moves while others wait for the memory it holds. Pure. */
export class ClientPace {
  #marked: Progress | null = null

  mark(progress: Progress): void {
    this.#marked = progress
  }

  /** Since the last mark: a request came slower than 64 KiB in that time, or none of the answers that block others was taken. */
  isStuck({ sending, sentBytes, blocked, takenBytes }: Progress): boolean {
    const before = this.#marked
    if (before === null) return false
    const sendsTooSlowly = before.sending && sending && sentBytes - before.sentBytes < leastBytes
    const takesNothing = before.blocked && blocked && takenBytes === before.takenBytes
    return sendsTooSlowly || takesNothing
  }
}
