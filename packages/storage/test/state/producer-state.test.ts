import { buildBatch, RecordBatchView } from '@logan/protocol'
import { describe, expect, test } from 'vitest'
import { ProducerState } from '../../src/state/producer-state.ts'
import { dataBatch } from './producer-batches.ts'

const highestSequence = 2 ** 31 - 1

function stateWith(...batches: ReturnType<typeof dataBatch>[]): ProducerState {
  const state = new ProducerState()
  for (const batch of batches) state.update(batch)
  return state
}

describe('sequence', () => {
  test('a batch without producer id is not looked at', () => {
    const state = new ProducerState()
    const plain = dataBatch({ producerId: -1, producerEpoch: -1, baseSequence: -1 })
    state.update(plain)
    expect(state.check(plain, 'client')).toEqual({ kind: 'append' })
    expect(state.size).toBe(0)
  })

  test('an unknown producer may begin with any sequence', () => {
    expect(new ProducerState().check(dataBatch({ baseSequence: 17, producerEpoch: 3 }), 'client')).toEqual({ kind: 'append' })
  })

  test('the next one is appended, a gap or an old one refused', () => {
    const state = stateWith(dataBatch({ count: 5 }))
    expect(state.check(dataBatch({ baseSequence: 5, count: 2 }), 'client')).toEqual({ kind: 'append' })
    for (const baseSequence of [0, 3, 4, 6, highestSequence])
      expect(state.check(dataBatch({ baseSequence }), 'client')).toMatchObject({ kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  })

  test('0 follows 2^31 - 1, between batches and within one', () => {
    const state = stateWith(dataBatch({ baseSequence: highestSequence - 2, count: 3 }))
    expect(state.check(dataBatch({ baseSequence: 0 }), 'client')).toEqual({ kind: 'append' })
    const within = dataBatch({ baseSequence: highestSequence, count: 3, baseOffset: 7 })
    const wrapped = stateWith(within)
    expect(wrapped.check(dataBatch({ baseSequence: 2 }), 'client')).toEqual({ kind: 'append' })
    expect(wrapped.check(within, 'client')).toMatchObject({ kind: 'duplicate', firstOffset: 7, lastOffset: 9 })
  })

  test('a coordinator has no sequences', () => {
    const state = stateWith(dataBatch())
    const commit = dataBatch({ baseSequence: -1, lastSequence: -1 })
    expect(state.check(commit, 'coordinator')).toEqual({ kind: 'append' })
    expect(state.check({ ...commit, producerEpoch: -1 }, 'coordinator')).toMatchObject({ kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' })
  })
})

test('a batch found in a log is taken as it stands there', () => {
  const bytes = buildBatch({
    records: [{ timestamp: 5 }, { timestamp: 9 }],
    baseOffset: 30,
    producerId: 1000,
    producerEpoch: 2,
    baseSequence: highestSequence,
  })
  const state = new ProducerState()
  state.update(new RecordBatchView(bytes))
  expect(state.entry(1000)).toEqual({
    producerId: 1000,
    epoch: 2,
    coordinatorEpoch: -1,
    lastTimestampMs: 9,
    currentTransactionFirstOffset: -1,
    batches: [{ lastSequence: 0, lastOffset: 31, offsetDelta: 1, timestampMs: 9 }],
  })
})

describe('epoch', () => {
  test('an older one is fenced', () => {
    const state = stateWith(dataBatch({ producerEpoch: 4 }))
    expect(state.check(dataBatch({ producerEpoch: 3, baseSequence: 1 }), 'client')).toMatchObject({
      kind: 'refused',
      error: 'INVALID_PRODUCER_EPOCH',
    })
  })

  test('a newer one begins with sequence 0 and forgets the batches of the one before', () => {
    const first = dataBatch({ count: 3 })
    const state = stateWith(first)
    expect(state.check(dataBatch({ producerEpoch: 1, baseSequence: 3 }), 'client')).toMatchObject({
      kind: 'refused',
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    })
    const second = dataBatch({ producerEpoch: 1, baseOffset: 3 })
    expect(state.check(second, 'client')).toEqual({ kind: 'append' })
    state.update(second)
    expect(state.check(first, 'client')).toMatchObject({ kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' })
    expect(state.check(dataBatch({ producerEpoch: 1, count: 3 }), 'client')).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  })
})

describe('duplicates', () => {
  const batches = Array.from({ length: 6 }, (_, index) =>
    dataBatch({ baseSequence: index * 2, count: 2, baseOffset: 100 + index * 10, maxTimestamp: 1_000 + index }),
  )

  test('the last five are known by their exact sequences', () => {
    const state = stateWith(...batches)
    batches.slice(1).forEach((batch, index) => {
      expect(state.check({ ...batch, baseOffset: 0, lastOffset: 1 } as typeof batch, 'client')).toEqual({
        kind: 'duplicate',
        firstOffset: 110 + index * 10,
        lastOffset: 111 + index * 10,
        timestampMs: 1_001 + index,
      })
    })
    expect(state.check(batches[0]!, 'client')).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(state.check(dataBatch({ baseSequence: 10, count: 1 }), 'client')).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  })
})

describe('transactions', () => {
  const begin = dataBatch({ isTransactional: true, baseOffset: 40 })
  const marker = dataBatch({ isControl: true, isTransactional: true, baseSequence: -1, lastSequence: -1, baseOffset: 41, maxTimestamp: 5 })

  test('a transaction is open from its first batch to its marker', () => {
    const state = stateWith(begin, dataBatch({ isTransactional: true, baseSequence: 1, baseOffset: 41 }))
    expect(state.entry(1000)).toMatchObject({ currentTransactionFirstOffset: 40 })
    expect(state.check(dataBatch({ baseSequence: 2 }), 'client')).toMatchObject({ kind: 'refused', error: 'INVALID_TXN_STATE' })
    state.update(marker)
    expect(state.entry(1000)).toMatchObject({ currentTransactionFirstOffset: -1, lastTimestampMs: 5 })
    expect(state.check(dataBatch({ baseSequence: 2 }), 'client')).toEqual({ kind: 'append' })
  })

  test('a marker of a newer epoch starts the sequences anew', () => {
    const state = stateWith(begin, { ...marker, producerEpoch: 1 })
    expect(state.entry(1000)).toMatchObject({ epoch: 1, batches: [] })
    expect(state.check(dataBatch({ producerEpoch: 1, baseSequence: 1 }), 'client')).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(state.check(dataBatch({ producerEpoch: 1 }), 'client')).toEqual({ kind: 'append' })
  })

  test('a producer in a transaction does not expire', () => {
    const state = stateWith(begin)
    state.removeExpired(begin.maxTimestamp + 10, 1)
    expect(state.size).toBe(1)
  })
})

describe('expiry', () => {
  test('counts from the timestamp of the last batch', () => {
    const state = stateWith(dataBatch({ maxTimestamp: 1_000 }), dataBatch({ producerId: 2, maxTimestamp: 1_001 }))
    state.removeExpired(1_500, 500)
    expect([...state.entries()].map((entry) => entry.producerId)).toEqual([2])
    expect(state.check(dataBatch({ baseSequence: 9 }), 'client')).toEqual({ kind: 'append' })
  })

  test('applies to what a snapshot brings', () => {
    const state = new ProducerState()
    state.load(stateWith(dataBatch({ maxTimestamp: 1_000 }), dataBatch({ producerId: 2, maxTimestamp: 1_001 })).entries(), 1_500, 500)
    expect([...state.entries()].map((entry) => entry.producerId)).toEqual([2])
  })

  test('clear forgets everybody', () => {
    const state = stateWith(dataBatch())
    state.clear()
    expect(state.size).toBe(0)
  })
})
