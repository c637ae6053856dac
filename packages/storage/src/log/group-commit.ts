import { assert } from '@logan/common'
import type { SyncScheduler } from './sync-scheduler.ts'

export interface GroupCommitOptions {
  readonly syncs: SyncScheduler
  readonly durableOffset: number
  readonly logEndOffset: () => number
  /** Makes everything appended before the call durable. */
  readonly sync: () => Promise<void>
  readonly onDurable: (durableOffset: number) => void
  /** What waiters are told when `sync` rejected. Called once: nothing is synced after that. */
  readonly onFailure: (error: unknown) => Error
}

interface Round {
  /** Everything below is covered; unknown before the round begins. */
  endOffset: number | undefined
  readonly done: Promise<void>
}

/**
 * One sync covers all that was appended while the one before ran. At most two rounds exist: one that runs, and one that has not begun and
 * therefore covers whatever is appended now. A sync that failed is final: what it should have written may be lost although a later sync
 * succeeds.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  #durableOffset: number
  #running: Round | undefined
  #next: Round | undefined
  #failure: Error | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
    this.#durableOffset = options.durableOffset
  }

  get durableOffset(): number {
    return this.#durableOffset
  }

  /** Resolves once everything below `offset` is durable; rejects with what `onFailure` or `fail` gave. */
  durable(offset: number): Promise<void> {
    if (offset <= this.#durableOffset) return Promise.resolve()
    assert(offset <= this.#options.logEndOffset(), `offset ${offset} cannot become durable before it is appended`)
    return this.#roundFor(offset)
  }

  /** Syncs even if all records are durable, for the sake of files around them. */
  flush(): Promise<void> {
    return this.#roundFor(Number.POSITIVE_INFINITY)
  }

  /** Resolves when no sync runs. After `fail` none begins any more. */
  async settled(): Promise<void> {
    await this.#running?.done.catch(() => undefined)
  }

  /** Nothing more will become durable. Waiters are told when the round under way ends. */
  fail(failure: Error): void {
    this.#failure ??= failure
  }

  #roundFor(offset: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const running = this.#running
    if (running?.endOffset !== undefined && offset <= running.endOffset) return running.done
    this.#next ??= this.#begin(running)
    return this.#next.done
  }

  #begin(before: Round | undefined): Round {
    const round: Round = { endOffset: undefined, done: this.#sync(before, () => round) }
    // Whoever waits is told; that nobody may wait (a roll, in `os`) is no fault.
    round.done.catch(() => undefined)
    return round
  }

  async #sync(before: Round | undefined, round: () => Round): Promise<void> {
    await before?.done.catch(() => undefined)
    await this.#options.syncs.run(async () => {
      if (this.#failure !== undefined) throw this.#failure
      const { logEndOffset, sync } = this.#options
      const endOffset = logEndOffset()
      round().endOffset = endOffset
      this.#running = round()
      this.#next = undefined
      try {
        await sync()
      } catch (error) {
        this.#failure ??= this.#options.onFailure(error)
      } finally {
        this.#running = undefined
      }
      if (this.#failure !== undefined) throw this.#failure
      this.#durableOffset = Math.max(this.#durableOffset, endOffset)
    })
    this.#options.onDurable(this.#durableOffset)
  }
}
