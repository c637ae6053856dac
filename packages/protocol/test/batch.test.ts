import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecs } from '../src/compression/index.ts'
import { errorCodes } from '../src/error-codes.ts'
import { ProtocolError } from '../src/protocol-error.ts'
import {
  BATCH_OVERHEAD,
  type BatchInput,
  batchLayout,
  buildBatch,
  buildBatchAsync,
  RecordBatchView,
  records,
  recordsAsync,
  setBaseOffset,
  setMaxTimestamp,
  setPartitionLeaderEpoch,
  splitBatches,
  validateBatch,
  validateRecords,
  validateRecordsAsync,
} from '../src/records/index.ts'
import { batchInput } from './records-arbitraries.ts'

const simple: BatchInput = {
  records: [
    { key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1_700_000_000_000, headers: [{ key: 'h', value: null }] },
    { value: Buffer.from('second'), timestamp: 1_700_000_000_005 },
    { key: Buffer.from('third'), timestamp: 1_700_000_000_003 },
  ],
}

/** A batch with some header fields changed by hand, and its CRC made good again. */
function altered(change: (bytes: Buffer) => void, input: BatchInput = simple): RecordBatchView {
  const bytes = buildBatch(input)
  change(bytes)
  const view = new RecordBatchView(bytes)
  bytes.writeUInt32BE(view.computeCrc(), batchLayout.crc)
  return view
}

describe('a batch that was built', () => {
  it('is read back field by field and record by record, by every codec', async () => {
    await fc.assert(
      fc.asyncProperty(batchInput, async (input) => {
        const bytes = buildBatch(input)
        const batch = new RecordBatchView(bytes)
        expect(validateBatch(batch, 'log')).toBeNull()
        expect(batch).toMatchObject({
          baseOffset: input.baseOffset,
          sizeInBytes: bytes.length,
          partitionLeaderEpoch: input.partitionLeaderEpoch,
          magic: 2,
          codec: input.codec,
          timestampType: input.timestampType,
          isTransactional: input.isTransactional,
          isControl: input.isControl,
          hasDeleteHorizon: false,
          lastOffsetDelta: input.records.length - 1,
          lastOffset: input.baseOffset + input.records.length - 1,
          baseTimestamp: input.records[0]!.timestamp,
          maxTimestamp: Math.max(-1, ...input.records.map((record) => record.timestamp!)),
          producerId: input.producerId,
          producerEpoch: input.producerEpoch,
          baseSequence: input.baseSequence,
          count: input.records.length,
        })
        const expected = input.records.map((record, index) => ({
          offset: input.baseOffset + index,
          timestamp: input.timestampType === 'LogAppendTime' ? batch.maxTimestamp : record.timestamp,
          key: record.key ? Buffer.from(record.key) : record.key,
          value: record.value ? Buffer.from(record.value) : record.value,
          headers: record.headers!.map(({ key, value }) => ({ key, value: value && Buffer.from(value) })),
          sequence: input.baseSequence === -1 ? -1 : (input.baseSequence + index) % 2 ** 31,
        }))
        expect([...records(batch)]).toEqual(expected)
        expect([...(await recordsAsync(new RecordBatchView(await buildBatchAsync(input))))]).toEqual(expected)
        expect(await validateRecordsAsync(batch)).toEqual(validateRecords(batch))
      }),
      { numRuns: 150 },
    )
  })

  it('is summed up with the greatest timestamp and where it is', () => {
    expect(validateRecords(new RecordBatchView(buildBatch(simple)))).toEqual({
      count: 3,
      sizeInBytes: buildBatch(simple).length - BATCH_OVERHEAD,
      maxTimestamp: 1_700_000_000_005,
      offsetDeltaOfMaxTimestamp: 1,
      minTimestamp: 1_700_000_000_000,
      hasKeylessRecord: true,
    })
  })

  it('lets sequences start again at 0 after 2^31 - 1', () => {
    const batch = new RecordBatchView(buildBatch({ ...simple, producerId: 1, producerEpoch: 0, baseSequence: 0x7fff_ffff }))
    expect(batch.lastSequence).toBe(1)
    expect([...records(batch)].map((record) => record.sequence)).toEqual([0x7fff_ffff, 0, 1])
  })

  it('keeps gaps that compaction left', () => {
    const input = { records: [{ offsetDelta: 2 }, { offsetDelta: 7 }], lastOffsetDelta: 9, baseOffset: 100 }
    const batch = new RecordBatchView(buildBatch(input))
    expect(validateBatch(batch, 'log')).toBeNull()
    expect(validateBatch(batch, 'client')).toMatchObject({ reason: 'offsets' })
    expect([...records(batch)].map((record) => record.offset)).toEqual([102, 107])
    expect(validateRecords(batch).count).toBe(2)
    expect(batch.lastOffset).toBe(109)
  })

  it('may be empty, as compaction leaves it, whatever its codec', () => {
    const batch = altered((bytes) => bytes.writeInt16BE(codecs.zstd, batchLayout.attributes), { records: [], lastOffsetDelta: 4 })
    expect(validateBatch(batch, 'log')).toBeNull()
    expect(validateBatch(batch, 'client')).toMatchObject({ reason: 'count' })
    expect([...records(batch)]).toEqual([])
    expect(validateRecords(batch)).toMatchObject({ count: 0, maxTimestamp: -1, offsetDeltaOfMaxTimestamp: -1 })
  })

  it('carries a delete horizon in place of its base timestamp', () => {
    const batch = new RecordBatchView(buildBatch({ ...simple, deleteHorizonMs: 1_800_000_000_000 }))
    expect(batch).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: 1_800_000_000_000, maxTimestamp: 1_700_000_000_005 })
    expect([...records(batch)].map((record) => record.timestamp)).toEqual(simple.records.map((record) => record.timestamp))
  })

  it('refuses what no batch can hold', () => {
    const cases: BatchInput[] = [
      { records: [{ offsetDelta: 1 }, { offsetDelta: 1 }] },
      { records: [{ timestamp: 2 ** 53 }] },
      { records: [{ timestamp: 2 ** 53 - 1 }, { timestamp: -(2 ** 53) + 1 }] },
      { records: [{}], lastOffsetDelta: -1 },
      { records: [{}], producerEpoch: 0x8000 },
      { records: [{}], baseOffset: 0.5 },
    ]
    for (const input of cases) expect(() => buildBatch(input)).toThrow(ProtocolError)
  })
})

describe('validateBatch', () => {
  it('tells every fault of a header', () => {
    const at = batchLayout
    const faults: [string, (bytes: Buffer) => void][] = [
      ['length', (bytes) => bytes.writeInt32BE(BATCH_OVERHEAD - 13, at.length)],
      ['length', (bytes) => bytes.writeInt32BE(bytes.length - 11, at.length)],
      ['length', (bytes) => bytes.writeInt32BE(-1, at.length)],
      ['magic', (bytes) => bytes.writeInt8(3, at.magic)],
      ['codec', (bytes) => bytes.writeInt16BE(5, at.attributes)],
      ['range', (bytes) => bytes.writeBigInt64BE(2n ** 53n, at.maxTimestamp)],
      ['range', (bytes) => bytes.writeBigInt64BE(2n ** 53n - 2n, at.baseOffset)],
      ['offsets', (bytes) => bytes.writeInt32BE(-1, at.lastOffsetDelta)],
      ['offsets', (bytes) => bytes.writeBigInt64BE(-1n, at.baseOffset)],
      ['offsets', (bytes) => bytes.writeBigInt64BE(1n, at.baseOffset)],
      ['count', (bytes) => bytes.writeInt32BE(4, at.count)],
      ['count', (bytes) => bytes.writeInt32BE(2, at.count)],
      ['count', (bytes) => bytes.writeInt32BE(-1, at.count)],
      ['count', (bytes) => bytes.writeInt32BE(0, at.count)],
      ['control', (bytes) => bytes.writeInt16BE(0x20, at.attributes)],
      ['sequence', (bytes) => bytes.writeBigInt64BE(7n, at.producerId)],
      ['timestampType', (bytes) => bytes.writeInt16BE(0x08, at.attributes)],
    ]
    expect(validateBatch(new RecordBatchView(buildBatch(simple)), 'client')).toBeNull()
    for (const [reason, change] of faults) {
      const batch = altered(() => {})
      change(batch.buffer)
      // A length that is out of bounds leaves nothing to compute a CRC of.
      if (reason !== 'length') batch.buffer.writeUInt32BE(batch.computeCrc(), at.crc)
      expect(validateBatch(batch, 'client')).toMatchObject({ reason })
    }
  })

  it('answers as Kafka does: damage is CORRUPT_MESSAGE, a rule broken INVALID_RECORD', () => {
    const damaged = buildBatch(simple)
    damaged[damaged.length - 1]! ^= 1
    expect(validateBatch(new RecordBatchView(damaged), 'client')).toMatchObject({ reason: 'crc', errorCode: errorCodes.CORRUPT_MESSAGE })
    const control = new RecordBatchView(buildBatch({ ...simple, isControl: true }))
    expect(validateBatch(control, 'client')).toMatchObject({ errorCode: errorCodes.INVALID_RECORD })
    expect(validateBatch(control, 'log')).toBeNull()
  })

  it('finds every single flipped bit from the attributes on', () => {
    const bytes = buildBatch(simple)
    for (let bit = batchLayout.crc * 8; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(validateBatch(new RecordBatchView(bytes), 'log')).toMatchObject({ reason: 'crc' })
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
  })
})

describe('patching in place', () => {
  it('sets base offset and leader epoch without touching the CRC', () => {
    const batch = new RecordBatchView(buildBatch(simple))
    const { crc } = batch
    setBaseOffset(batch, 2 ** 40 + 3)
    setPartitionLeaderEpoch(batch, 17)
    expect(batch).toMatchObject({ baseOffset: 2 ** 40 + 3, lastOffset: 2 ** 40 + 5, partitionLeaderEpoch: 17, crc })
    expect(validateBatch(batch, 'log')).toBeNull()
  })

  it('sets the time of the append and makes the CRC good', () => {
    const batch = new RecordBatchView(buildBatch({ ...simple, isTransactional: true, codec: codecs.gzip }))
    setMaxTimestamp(batch, 'LogAppendTime', 1_900_000_000_000)
    expect(validateBatch(batch, 'log')).toBeNull()
    expect(batch).toMatchObject({ isTransactional: true, codec: codecs.gzip, timestampType: 'LogAppendTime' })
    expect(new Set([...records(batch)].map((record) => record.timestamp))).toEqual(new Set([1_900_000_000_000]))
    expect(validateRecords(batch)).toMatchObject({ maxTimestamp: 1_900_000_000_000, offsetDeltaOfMaxTimestamp: 0 })
    setMaxTimestamp(batch, 'CreateTime', 1_700_000_000_005)
    expect(batch.bytes).toEqual(buildBatch({ ...simple, isTransactional: true, codec: codecs.gzip }))
  })
})

describe('splitBatches', () => {
  const one = buildBatch(simple)
  const two = buildBatch({ ...simple, baseOffset: 3, codec: codecs.lz4 })
  const both = Buffer.concat([one, two])

  it('finds the batches, also within a larger array', () => {
    const within = new Uint8Array(both.length + 10)
    within.set(both, 5)
    const batches = splitBatches(within.subarray(5, 5 + both.length))
    expect(batches.map((batch) => batch.bytes)).toEqual([one, two])
    expect(splitBatches(new Uint8Array())).toEqual([])
  })

  it('refuses an end inside a batch at every byte, or leaves that batch out when told so', () => {
    for (let end = 1; end < both.length; end++) {
      const cut = both.subarray(0, end)
      if (end === one.length) continue
      expect(() => splitBatches(cut)).toThrow(ProtocolError)
      expect(splitBatches(cut, { allowPartial: true })).toHaveLength(end < one.length ? 0 : 1)
    }
  })

  it('refuses lengths below a header and other magics', () => {
    for (const length of [-2147483648, -12, 0, 48]) {
      const bytes = Buffer.from(one)
      bytes.writeInt32BE(length, batchLayout.length)
      expect(() => splitBatches(bytes, { allowPartial: true })).toThrow(ProtocolError)
    }
    const old = Buffer.from(one)
    old[batchLayout.magic] = 1
    expect(() => splitBatches(old)).toThrow('magic 1 where 2 is expected')
  })
})
