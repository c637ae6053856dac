import { crc32c } from '@logan/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeProducerSnapshot, encodeProducerSnapshot } from '../../src/state/producer-snapshot.ts'
import { ProducerState } from '../../src/state/producer-state.ts'
import { dataBatch } from './producer-batches.ts'

// Written by Apache Kafka 4.3.1 (ProducerStateManager.takeSnapshot, called from a small Java program) after the appends below. The
// entries stand in the order of Java's hash map.
const golden = Buffer.from(
  `0001e4cb602a00000003
  001fffffffffffff7fff0000000100000000000000090000000300 00018bcfe568c8ffffffffffffffffffffffff
  00000000000000070002000000000000000000 00000a000000000000018bcfe5692cffffffff000000000000000a
  00000000000003e80000000000050000000000 000005000000000000018bcfe56864ffffffffffffffffffffffff`.replace(/\s/g, ''),
  'hex',
)

function stateOfGolden(): ProducerState {
  const state = new ProducerState()
  const at = 1_700_000_000_000
  state.update(
    dataBatch({
      producerId: 2 ** 53 - 1,
      producerEpoch: 32767,
      baseSequence: 2 ** 31 - 2,
      count: 4,
      baseOffset: 6,
      maxTimestamp: at + 200,
    }),
  )
  state.update(dataBatch({ producerId: 7, producerEpoch: 2, baseOffset: 10, maxTimestamp: at + 300, isTransactional: true }))
  state.update(dataBatch({ count: 5, baseOffset: 0, maxTimestamp: at }))
  state.update(dataBatch({ baseSequence: 5, baseOffset: 5, maxTimestamp: at + 100 }))
  return state
}

describe('producer snapshot', () => {
  test('is what Kafka writes', () => {
    expect(encodeProducerSnapshot(stateOfGolden().entries()).toString('hex')).toBe(golden.toString('hex'))
  })

  test('of no producer is a header', () => {
    const empty = encodeProducerSnapshot([])
    expect(empty).toHaveLength(10)
    expect(decodeProducerSnapshot(empty)).toEqual({ kind: 'ok', value: [] })
  })

  test('a producer known by a marker alone has no batch', () => {
    const state = new ProducerState()
    state.update(dataBatch({ isControl: true, baseSequence: -1, lastSequence: -1 }))
    expect(decodeProducerSnapshot(encodeProducerSnapshot(state.entries()))).toEqual({ kind: 'ok', value: [...state.entries()] })
  })

  test('cut anywhere it is corrupt', () => {
    for (let length = 0; length < golden.length; length++) expect(decodeProducerSnapshot(golden.subarray(0, length)).kind).toBe('corrupt')
  })

  test('an integer that no number holds makes it corrupt', () => {
    for (const position of [10, 24, 36, 48]) {
      const bytes = Buffer.from(golden)
      bytes.writeBigInt64BE(2n ** 60n + 1n, position)
      bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2)
      expect(decodeProducerSnapshot(bytes)).toMatchObject({ kind: 'corrupt', reason: expect.stringContaining('2^53') })
    }
  })

  test('one flipped bit, or bytes behind the end, make it corrupt', () => {
    fc.assert(
      fc.property(fc.nat(golden.length * 8 - 1), (bit) => {
        const bytes = Buffer.from(golden)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        expect(decodeProducerSnapshot(bytes).kind).toBe('corrupt')
      }),
    )
    expect(decodeProducerSnapshot(Buffer.concat([golden, Buffer.alloc(46)])).kind).toBe('corrupt')
  })
})
