import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeProducerSnapshot, encodeProducerSnapshot } from '../../src/state/producer-snapshot.ts'
import { type AppendedBatch, ProducerState, type SequenceCheck } from '../../src/state/producer-state.ts'
import { dataBatch } from './producer-batches.ts'

/** Keeps every batch ever appended and searches it: too simple to be wrong. */
class ModelLog {
  readonly batches: AppendedBatch[] = []

  get endOffset(): number {
    return (this.batches.at(-1)?.lastOffset ?? -1) + 1
  }

  recent(producerId: number): AppendedBatch[] {
    const own = this.batches.filter((batch) => batch.producerId === producerId)
    const epochBegan = own.findLastIndex((batch, index) => batch.producerEpoch !== own[index - 1]?.producerEpoch)
    return own.slice(Math.max(0, epochBegan)).slice(-5)
  }

  verdict({ producerId, producerEpoch, baseSequence, lastSequence }: AppendedBatch): SequenceCheck | { kind: 'refused'; error: string } {
    const recent = this.recent(producerId)
    const last = recent.at(-1)
    if (last === undefined) return { kind: 'append' }
    const same = recent.find(
      (old) => old.producerEpoch === producerEpoch && old.baseSequence === baseSequence && old.lastSequence === lastSequence,
    )
    if (same !== undefined)
      return { kind: 'duplicate', firstOffset: same.baseOffset, lastOffset: same.lastOffset, timestampMs: same.maxTimestamp }
    if (producerEpoch < last.producerEpoch) return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' }
    const expected = producerEpoch > last.producerEpoch || last.lastSequence === 2_147_483_647 ? 0 : last.lastSequence + 1
    return baseSequence === expected ? { kind: 'append' } : { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
  }
}

const step = fc.record({
  producerId: fc.constantFrom(1, 2, 2 ** 53 - 1),
  kind: fc.constantFrom('next', 'next', 'next', 'again', 'gap', 'newer', 'newer', 'older'),
  count: fc.integer({ min: 1, max: 4 }),
  back: fc.nat(6),
  gap: fc.constantFrom(1, 2, 2 ** 31 - 1),
  firstSequence: fc.constantFrom(0, 1, 2 ** 31 - 3, 2 ** 31 - 1),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Turns a step into the batch that a well or badly behaved producer would send now. */
function batchFor(log: ModelLog, { producerId, kind, count, back, gap, firstSequence }: Step): AppendedBatch {
  const own = log.batches.filter((batch) => batch.producerId === producerId)
  const last = own.at(-1)
  const place = { producerId, count, baseOffset: log.endOffset, maxTimestamp: 1_000 + log.batches.length }
  if (last === undefined) return dataBatch({ ...place, baseSequence: firstSequence })
  const next = dataBatch({ ...place, producerEpoch: last.producerEpoch, baseSequence: (last.lastSequence + 1) % 2 ** 31 })
  if (kind === 'again') return { ...(own.at(-1 - back) ?? last), baseOffset: next.baseOffset, lastOffset: next.lastOffset }
  if (kind === 'gap') return dataBatch({ ...place, producerEpoch: last.producerEpoch, baseSequence: (next.baseSequence + gap) % 2 ** 31 })
  if (kind === 'newer')
    return dataBatch({ ...place, producerEpoch: last.producerEpoch + 1, baseSequence: back === 0 ? next.baseSequence : 0 })
  if (kind === 'older') return { ...next, producerEpoch: Math.max(0, last.producerEpoch - 1) }
  return next
}

function withoutMessage(check: SequenceCheck): unknown {
  if (check.kind !== 'refused') return check
  return { kind: check.kind, error: check.error }
}

test('agrees with a model; replay and snapshot bring the same state back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const log = new ModelLog()
      const live = new ProducerState()
      for (const next of steps) {
        const batch = batchFor(log, next)
        const verdict = log.verdict(batch)
        expect(withoutMessage(live.check(batch, 'client'))).toEqual(verdict)
        if (verdict.kind !== 'append') continue
        live.update(batch)
        log.batches.push(batch)
      }

      const replayed = new ProducerState()
      for (const batch of log.batches) replayed.update(batch)
      expect([...replayed.entries()]).toEqual([...live.entries()])

      const snapshot = decodeProducerSnapshot(encodeProducerSnapshot(live.entries()))
      if (snapshot.kind === 'corrupt') throw new Error(snapshot.reason)
      expect(snapshot.value).toEqual([...live.entries()].map((entry) => ({ ...entry, batches: entry.batches.slice(-1) })))
    }),
    { numRuns: 300 },
  )
})

test('a snapshot taken anywhere and the rest of the log give the state at the end, but for batches from before it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), (steps, cut) => {
      const log = new ModelLog()
      for (const next of steps) {
        const batch = batchFor(log, next)
        if (log.verdict(batch).kind === 'append') log.batches.push(batch)
      }
      const live = new ProducerState()
      let snapshot = encodeProducerSnapshot(live.entries())
      log.batches.forEach((batch, index) => {
        live.update(batch)
        if (index < cut) snapshot = encodeProducerSnapshot(live.entries())
      })

      const restored = new ProducerState()
      const entries = decodeProducerSnapshot(snapshot)
      if (entries.kind === 'corrupt') throw new Error(entries.reason)
      restored.load(entries.value, 0, 1)
      for (const batch of log.batches.slice(cut)) restored.update(batch)
      for (const entry of live.entries()) {
        const got = restored.entry(entry.producerId)
        expect({ ...got, batches: got?.batches.slice(-1) }).toEqual({ ...entry, batches: entry.batches.slice(-1) })
        expect(entry.batches.slice(-got!.batches.length)).toEqual(got?.batches)
      }
    }),
    { numRuns: 100 },
  )
})
