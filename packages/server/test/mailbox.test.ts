import { describe, expect, it } from 'vitest'
import type { ShardCommand } from '../src/shard/commands.ts'
import { InlineMailbox } from '../src/shard/mailbox.ts'

describe('the inline mailbox', () => {
  it('begins commands in the order of posting, also past its limit', async () => {
    const begun: number[] = []
    const mailbox = new InlineMailbox((command: ShardCommand) => {
      begun.push((command as { partition: number }).partition)
      return undefined as never
    })
    const count = 10_000
    const posts = Array.from({ length: count }, (_, partition) =>
      mailbox.post({ kind: 'deleteRecords', topicId: 't', partition, beforeOffset: 0 }),
    )
    await Promise.all(posts)
    expect(begun).toEqual(Array.from({ length: count }, (_, index) => index))
  })

  it('rejects when the shard throws, and goes on with the next', async () => {
    let failing = true
    const mailbox = new InlineMailbox(() => {
      if (!failing) return undefined as never
      failing = false
      throw new Error('a bug')
    })
    const first = mailbox.post({ kind: 'applyRetention' })
    const second = mailbox.post({ kind: 'applyRetention' })
    await expect(first).rejects.toThrow('a bug')
    await expect(second).resolves.toBeUndefined()
  })
})
