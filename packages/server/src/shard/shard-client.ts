import type { AnswerTo, AwaitProgress, Isolation, PartitionRef, Peek, Read, ShardCommand } from './commands.ts'
import type { Mailbox } from './mailbox.ts'
import { shardOf } from './placement.ts'

type ToOnePartition = Extract<ShardCommand, PartitionRef>
type ToAll = Extract<ShardCommand, { kind: 'applyImage' | 'describeLogs' | 'applyRetention' | 'checkpoint' }>

/** Typed calls to the shards: to the owner of a partition, to each owner of several, or to all. */
export class ShardClient {
  readonly #mailboxes: readonly Mailbox[]

  constructor(mailboxes: readonly Mailbox[]) {
    this.#mailboxes = mailboxes
  }

  toOwner<C extends ToOnePartition>(command: C): Promise<AnswerTo<C>> {
    return this.#mailboxOf(command).post(command)
  }

  toAll<C extends ToAll>(command: C): Promise<AnswerTo<C>[]> {
    return Promise.all(this.#mailboxes.map((mailbox) => mailbox.post(command)))
  }

  /** One answer per position, in the order of the positions. */
  peek(positions: Peek['positions'], isolation: Isolation): Promise<AnswerTo<Peek>> {
    return this.#scatter(positions, (mine, mailbox) => mailbox.post({ kind: 'peek', positions: mine, isolation }))
  }

  /** One answer per position, in the order of the positions. Every range must be released. */
  read(positions: Read['positions'], isolation: Isolation): Promise<AnswerTo<Read>> {
    return this.#scatter(positions, (mine, mailbox) => mailbox.post({ kind: 'read', positions: mine, isolation }))
  }

  /** Resolves when one of the partitions moved beyond what was seen, or `signal` was aborted. */
  async awaitProgress(seen: AwaitProgress['seen'], signal: AbortSignal): Promise<void> {
    const owners = new Map<Mailbox, AwaitProgress['seen'][number][]>()
    for (const partition of seen) {
      const mailbox = this.#mailboxOf(partition)
      const mine = owners.get(mailbox)
      if (mine === undefined) owners.set(mailbox, [partition])
      else mine.push(partition)
    }
    // The first shard to report ends the wait on the others.
    const done = new AbortController()
    const either = AbortSignal.any([signal, done.signal])
    await Promise.race([...owners].map(([mailbox, mine]) => mailbox.post({ kind: 'awaitProgress', seen: mine, signal: either })))
    done.abort()
  }

  #mailboxOf(ref: PartitionRef): Mailbox {
    return this.#mailboxes[shardOf(ref, this.#mailboxes.length)]!
  }

  async #scatter<P extends PartitionRef, A>(positions: readonly P[], post: (mine: P[], mailbox: Mailbox) => Promise<A[]>): Promise<A[]> {
    if (this.#mailboxes.length === 1) return post([...positions], this.#mailboxes[0]!)
    const owners = new Map<Mailbox, number[]>()
    positions.forEach((position, index) => {
      const mailbox = this.#mailboxOf(position)
      const indexes = owners.get(mailbox)
      if (indexes === undefined) owners.set(mailbox, [index])
      else indexes.push(index)
    })
    const answers = new Array<A>(positions.length)
    await Promise.all(
      [...owners].map(async ([mailbox, indexes]) => {
        const mine = await post(
          indexes.map((index) => positions[index]!),
          mailbox,
        )
        indexes.forEach((index, place) => {
          answers[index] = mine[place]!
        })
      }),
    )
    return answers
  }
}
