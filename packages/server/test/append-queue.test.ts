import type { CheckedBatch } from '@logan/storage'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppendQueue } from '../src/partition/append-queue.ts'

const batch = (id: number) => ({ id }) as unknown as CheckedBatch

describe('the append queue of a partition', () => {
  it('takes batches in the order of arrival, however long each check takes and however it ends', async () => {
    const check = fc.record({ kind: fc.constantFrom('now', 'later', 'throws', 'rejects'), turns: fc.nat(5) })
    await fc.assert(
      fc.asyncProperty(fc.array(check, { maxLength: 30 }), async (checks) => {
        const queue = new AppendQueue(100)
        const taken: [number, boolean][] = []
        const settled = checks.map(
          ({ kind, turns }, id) =>
            new Promise<void>((resolve) => {
              const later = async (): Promise<CheckedBatch> => {
                for (let turn = 0; turn < turns; turn++) await Promise.resolve()
                if (kind === 'rejects') throw new Error('bad')
                return batch(id)
              }
              const decide = (): CheckedBatch | Promise<CheckedBatch> => {
                if (kind === 'throws') throw new Error('bad')
                return kind === 'now' ? batch(id) : later()
              }
              queue.enter(decide, (verdict) => {
                taken.push([id, 'batch' in verdict])
                resolve()
              })
            }),
        )
        await Promise.all(settled)
        expect(taken).toEqual(checks.map(({ kind }, id) => [id, kind === 'now' || kind === 'later']))
      }),
    )
  })
})
