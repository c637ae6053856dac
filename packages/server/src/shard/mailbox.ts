import { BoundedQueue } from '@logan/common'
import type { AnswerTo, ShardCommand } from './commands.ts'

/** The way into a shard. The order of `post` calls is the order in which the shard begins the commands. */
export interface Mailbox {
  /** Resolves with the shard's answer; rejects only when the shard itself failed, which ends the broker. */
  post<C extends ShardCommand>(command: C): Promise<AnswerTo<C>>
}

interface Letter {
  readonly command: ShardCommand
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

type Execute = <C extends ShardCommand>(command: C) => AnswerTo<C> | Promise<AnswerTo<C>>

/**
 * The mailbox of a shard on the caller's own thread. Letters posted within one turn of the loop are taken together at its end.
 * When the queue is full the caller's thread takes what is there first, which it can: nobody else does.
 */
export class InlineMailbox implements Mailbox {
  readonly #execute: Execute
  readonly #letters = new BoundedQueue<Letter>('shard inbox', 4096)

  constructor(execute: Execute) {
    this.#execute = execute
  }

  post<C extends ShardCommand>(command: C): Promise<AnswerTo<C>> {
    return new Promise((resolve, reject) => {
      if (this.#letters.full) this.#takeAll()
      this.#letters.push({ command, resolve, reject })
      if (this.#letters.count === 1) queueMicrotask(() => this.#takeAll())
    })
  }

  #takeAll(): void {
    for (let letter = this.#letters.shift(); letter !== undefined; letter = this.#letters.shift()) {
      try {
        letter.resolve(this.#execute(letter.command) as never)
      } catch (error) {
        letter.reject(error)
      }
    }
  }
}
