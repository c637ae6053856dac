import { ManualClock } from '@logan/common'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemoryAccount, type MemoryUser, RequestMemory } from '../../src/net/request-memory.ts'

class User implements MemoryUser {
  readonly log: string[] = []
  account!: MemoryAccount
  onGranted: () => void = () => {}

  granted(): void {
    this.log.push('granted')
    this.onGranted()
  }

  markPace(): void {
    this.log.push('mark')
  }

  checkPace(): void {
    this.log.push('check')
  }
}

function setUp(limitBytes: number, users: number): { memory: RequestMemory; clock: ManualClock; users: User[] } {
  const clock = new ManualClock()
  const memory = new RequestMemory(limitBytes, clock)
  return {
    memory,
    clock,
    users: Array.from({ length: users }, () => {
      const user = new User()
      user.account = memory.open(user)
      return user
    }),
  }
}

describe('the request memory', () => {
  it('is exceeded by one request at most, and grants in the order of asking', () => {
    const { memory, users } = setUp(100, 4)
    const [a, b, c, d] = users as [User, User, User, User]
    expect(a.account.reserve(90)).toBe(true)
    expect(b.account.reserve(500)).toBe(true)
    expect(c.account.reserve(10)).toBe(false)
    expect(d.account.reserve(1)).toBe(false)
    a.account.release(90)
    expect(c.log).not.toContain('granted')
    b.account.release(500)
    expect(c.log).toContain('granted')
    expect(d.log).toContain('granted')
    expect(memory.inUseBytes).toBe(11)
  })

  it('lets nobody overtake those who wait', () => {
    const { users } = setUp(100, 3)
    const [a, b, c] = users as [User, User, User]
    a.account.reserve(100)
    expect(b.account.reserve(1000)).toBe(false)
    a.account.release(100)
    expect(b.log).toContain('granted')
    expect(c.account.reserve(1)).toBe(false)
    b.account.release(1000)
    expect(c.log).toContain('granted')
  })

  it('forgets who stops waiting, and who is gone', () => {
    const { memory, users } = setUp(100, 3)
    const [a, b, c] = users as [User, User, User]
    a.account.reserve(100)
    b.account.reserve(1)
    c.account.reserve(1)
    b.account.cancel()
    c.account.close()
    a.account.release(100)
    expect([...b.log, ...c.log]).not.toContain('granted')
    expect(memory.inUseBytes).toBe(0)
  })

  it('grants thousands of waiters that answer at once without nesting', () => {
    const { memory, users } = setUp(1, 20_000)
    for (const { account } of users) account.reserve(1)
    for (const user of users.slice(1)) user.onGranted = () => user.account.release(1)
    users[0]!.account.release(1)
    expect(users.slice(1).every(({ log }) => log.includes('granted'))).toBe(true)
    expect(memory.inUseBytes).toBe(0)
  })

  it('has the pace of all checked while anybody waits, and not otherwise', () => {
    const { clock, users } = setUp(100, 2)
    const [holder, waiter] = users as [User, User]
    holder.account.reserve(100)
    clock.advance(60_000)
    expect(holder.log).toEqual([])
    waiter.account.reserve(1)
    expect(holder.log).toEqual(['mark'])
    clock.advance(5_000)
    expect(holder.log).toEqual(['mark', 'check', 'mark'])
    holder.account.release(100)
    clock.advance(60_000)
    expect(holder.log).toEqual(['mark', 'check', 'mark'])
  })

  it('comes back to nothing in use after any use of it', () => {
    const steps = fc.array(fc.record({ user: fc.nat(4), bytes: fc.integer({ min: 1, max: 150 }), give: fc.boolean() }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, (taken) => {
        const { memory, users } = setUp(100, 5)
        const held: { user: User; bytes: number }[] = []
        const waiting = new Map<User, number>()
        for (const user of users) {
          user.onGranted = () => {
            held.push({ user, bytes: waiting.get(user)! })
            waiting.delete(user)
          }
        }
        const giveBack = (): void => {
          const { user, bytes } = held.shift()!
          user.account.release(bytes)
        }
        for (const { user: index, bytes, give } of taken) {
          const user = users[index]!
          if (give && held.length > 0) giveBack()
          else if (!waiting.has(user)) {
            if (user.account.reserve(bytes)) held.push({ user, bytes })
            else waiting.set(user, bytes)
          }
          expect(memory.inUseBytes).toBeLessThan(100 + 150)
          expect(waiting.size === 0 || memory.inUseBytes >= 100).toBe(true)
        }
        while (held.length > 0) giveBack()
        expect(waiting.size).toBe(0)
        expect(memory.inUseBytes).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})
