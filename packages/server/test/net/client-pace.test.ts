import { describe, expect, it } from 'vitest'
import { ClientPace, type Progress } from '../../src/net/client-pace.ts'

const still: Progress = { sending: false, sentBytes: 0, blocked: false, takenBytes: 0 }
const enough = 64 * 1024

function isStuck(marked: Progress | null, now: Progress): boolean {
  const pace = new ClientPace()
  if (marked !== null) pace.mark(marked)
  return pace.isStuck(now)
}

describe('the pace of a client', () => {
  it('is judged only between two looks', () => {
    expect(isStuck(null, { ...still, sending: true })).toBe(false)
  })

  it('is too slow when the rest of a request hardly comes', () => {
    expect(isStuck({ ...still, sending: true }, { ...still, sending: true, sentBytes: enough - 1 })).toBe(true)
    expect(isStuck({ ...still, sending: true }, { ...still, sending: true, sentBytes: enough })).toBe(false)
  })

  it('is too slow when answers that block others are not taken', () => {
    expect(isStuck({ ...still, blocked: true }, { ...still, blocked: true })).toBe(true)
    expect(isStuck({ ...still, blocked: true }, { ...still, blocked: true, takenBytes: 1 })).toBe(false)
  })

  it('does not matter when nothing is awaited of the client', () => {
    expect(isStuck(still, still)).toBe(false)
    expect(isStuck(still, { ...still, sending: true })).toBe(false)
    expect(isStuck({ ...still, blocked: true }, still)).toBe(false)
  })
})
