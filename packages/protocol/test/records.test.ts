import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecs, compress } from '../src/compression/index.ts'
import { ProtocolError } from '../src/protocol-error.ts'
import {
  allRecords,
  batchLayout,
  buildBatch,
  buildMessageSet,
  controlRecord,
  parseControlRecord,
  RecordBatchView,
  records,
  splitBatches,
  validateBatch,
  validateRecords,
  validateRecordsAsync,
} from '../src/records/index.ts'
import { writeVarint, writeVarlong } from '../src/wire/varint.ts'
import { batchInput } from './records-arbitraries.ts'

/** A batch around payload bytes made by hand, with a CRC that is right. */
function batchAround(payload: Uint8Array, count: number, { codec = 0, lastOffsetDelta = count - 1 } = {}): RecordBatchView {
  const bytes = Buffer.concat([buildBatch({ records: [], lastOffsetDelta }), payload])
  const batch = new RecordBatchView(bytes)
  bytes.writeInt32BE(bytes.length - 12, batchLayout.length)
  bytes.writeInt32BE(count, batchLayout.count)
  bytes.writeInt16BE(codec, batchLayout.attributes)
  bytes.writeUInt32BE(batch.computeCrc(), batchLayout.crc)
  return batch
}

interface RawRecord {
  length?: number
  timestampDelta?: number
  offsetDelta?: number
  keySize?: number
  valueSize?: number
  headerCount?: number
  headerKeySize?: number
  tail?: number[]
}

/** One record whose fields say what they are told to, right or wrong. */
function raw({
  length,
  timestampDelta = 0,
  offsetDelta = 0,
  keySize = -1,
  valueSize = -1,
  headerCount = 0,
  headerKeySize,
  tail = [],
}: RawRecord) {
  const body = new Uint8Array(100)
  let end = writeVarlong(body, 1, timestampDelta)
  for (const field of [offsetDelta, keySize, valueSize, headerCount, ...(headerKeySize === undefined ? [] : [headerKeySize])]) {
    end = writeVarint(body, end, field)
  }
  body.set(tail, end)
  end += tail.length
  const prefix = new Uint8Array(5)
  return Buffer.concat([prefix.subarray(0, writeVarint(prefix, 0, length ?? end)), body.subarray(0, end)])
}

describe('records inside a batch', () => {
  it('are walked and iterated with one mind, whatever the payload', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(
          fc.record({
            offsetDelta: fc.integer({ min: -1, max: 3 }),
            keySize: fc.integer({ min: -2, max: 3 }),
            headerCount: fc.integer({ min: -1, max: 2 }),
          }),
        )
        .map((all) => Buffer.concat(all.map(raw))),
    )
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(4), async (payload, count) => {
        const batch = batchAround(payload, count, { lastOffsetDelta: 10 })
        let fault: unknown = null
        try {
          validateRecords(batch)
        } catch (error) {
          fault = error
        }
        if (fault !== null) expect(fault).toBeInstanceOf(ProtocolError)
        const later = await validateRecordsAsync(batch).catch((error: unknown) => error)
        if (fault !== null) expect(later).toEqual(fault)
        // Iterating does not look at the order of offsets; whatever the walk lets pass it reads.
        if (fault === null) expect([...records(batch)]).toHaveLength(count)
        else {
          try {
            for (const record of records(batch)) expect(record.offset).toBeTypeOf('number')
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are refused one by one for what is wrong with them', () => {
    const cases: [string, Uint8Array, number][] = [
      ['record of 5 bytes', raw({ length: 5 }), 1],
      ['record of -1 bytes', raw({ length: -1 }), 1],
      ['record of 2000000000 bytes', raw({ length: 2_000_000_000 }), 1],
      ['field of 50 bytes', raw({ keySize: 50 }), 1],
      ['field of -2 bytes', raw({ valueSize: -2 }), 1],
      ['4 headers in 2 bytes', raw({ headerCount: 4, tail: [0, 1] }), 1],
      ['-1 headers', raw({ headerCount: -1 }), 1],
      ['2147483647 headers', raw({ headerCount: 0x7fff_ffff }), 1],
      ['header without a key', raw({ headerCount: 1, headerKeySize: -1, tail: [1, 0, 0] }), 1],
      ['does not end where its length says', raw({ tail: [0] }), 1],
      ['offset delta 0 after 0', Buffer.concat([raw({}), raw({})]), 2],
      ['offset delta -1 after -1', raw({ offsetDelta: -1 }), 1],
      ['offset delta 7 after -1, of 0', raw({ offsetDelta: 7 }), 1],
      ['7 bytes left over', Buffer.concat([raw({}), raw({ offsetDelta: 1 })]), 1],
      ['3 records in 14 bytes', Buffer.concat([raw({}), raw({ offsetDelta: 1 })]), 3],
      ['2147483647 records in 7 bytes', raw({}), 0x7fff_ffff],
      ['bytes end inside a varint', Buffer.from([0x0e, 0, 0, 0, 0, 0, 0x80, 0x80]), 1],
      ['beyond 2^53 - 1', Buffer.from([0x1c, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 1, 0]), 1],
    ]
    for (const [message, payload, count] of cases) {
      const batch = batchAround(payload, count)
      expect(() => validateRecords(batch), message).toThrow(message)
      // The same inside a compressed payload, which the header cannot show.
      expect(() => validateRecords(batchAround(compress(codecs.zstd, payload), count, { codec: codecs.zstd })), message).toThrow(message)
    }
    expect(validateRecords(batchAround(raw({}), 1))).toMatchObject({ count: 1, hasKeylessRecord: true })
    expect(validateRecords(batchAround(raw({ keySize: 0 }), 1))).toMatchObject({ hasKeylessRecord: false })
  })

  it('name the record and the byte', () => {
    const batch = batchAround(Buffer.concat([raw({}), raw({ offsetDelta: 1, keySize: 9 })]), 2)
    expect(() => validateRecords(batch)).toThrow(expect.objectContaining({ api: 'record batch', field: 'records[1]', position: 12 }))
  })

  it('are bounded once decompressed', async () => {
    const batch = new RecordBatchView(buildBatch({ records: [{ value: Buffer.alloc(100_000) }], codec: codecs.zstd }))
    expect(validateRecords(batch).sizeInBytes).toBeGreaterThan(100_000)
    expect(() => validateRecords(batch, { maxSize: 50_000 })).toThrow('more than 50000 bytes')
    await expect(validateRecordsAsync(batch, { maxSize: 50_000 })).rejects.toThrow('more than 50000 bytes')
    expect(() => [...records(batch, { maxSize: 50_000 })]).toThrow('more than 50000 bytes')
  })

  it('are refused in compression that only some clients can read', () => {
    const records = raw({})
    const twoFrames = Buffer.concat([compress(codecs.lz4, records.subarray(0, 3)), compress(codecs.lz4, records.subarray(3))])
    const batch = batchAround(twoFrames, 1, { codec: codecs.lz4 })
    expect(() => validateRecords(batch)).toThrow('bytes left over after the frame')
    expect(validateRecords(batch, { strict: false }).count).toBe(1)
  })
})

describe('damaged batches', () => {
  it('end in a fault or a ProtocolError, even where the CRC is made good again', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(batchInput, fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (input, changes, repaired) => {
        const bytes = buildBatch(input)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const batch = new RecordBatchView(bytes)
        if (repaired && batch.sizeInBytes === bytes.length) bytes.writeUInt32BE(batch.computeCrc(), batchLayout.crc)
        try {
          if (validateBatch(batch, 'log') === null) validateRecords(batch, { maxSize: 1_000_000 })
          for (const record of allRecords(bytes, { maxSize: 1_000_000 })) expect(record).toBeDefined()
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('cut off at any byte are refused', () => {
    for (const codec of Object.values(codecs)) {
      const bytes = buildBatch({ records: [{ value: Buffer.from('value') }, { key: Buffer.from('key') }], codec })
      for (let end = 1; end < bytes.length; end++) {
        const cut = bytes.subarray(0, end)
        expect(() => splitBatches(cut)).toThrow(ProtocolError)
        expect(() => [...allRecords(cut)]).toThrow(ProtocolError)
        expect([...allRecords(cut, { allowPartial: true })]).toEqual([])
        if (end < 61) expect(() => new RecordBatchView(cut)).toThrow(ProtocolError)
        else {
          expect(validateBatch(new RecordBatchView(cut), 'log')).toMatchObject({ reason: 'length' })
          expect(() => validateRecords(new RecordBatchView(cut))).toThrow(ProtocolError)
        }
      }
    }
  })
})

describe('allRecords', () => {
  it('reads formats mixed in one log', () => {
    const log = Buffer.concat([
      buildMessageSet({ magic: 0, records: [{ value: Buffer.from('a') }] }),
      buildMessageSet({ magic: 1, baseOffset: 1, records: [{ value: Buffer.from('b') }, { value: Buffer.from('c') }], codec: codecs.gzip }),
      buildBatch({ baseOffset: 3, records: [{ value: Buffer.from('d') }], codec: codecs.snappy }),
    ])
    expect([...allRecords(log)].map(({ offset, value }) => `${offset}${String(value)}`)).toEqual(['0a', '1b', '2c', '3d'])
    expect([...allRecords(log.subarray(0, -1), { allowPartial: true })]).toHaveLength(3)
    expect(() => [...allRecords(log.subarray(0, -1))]).toThrow('bytes end inside a batch')
  })
})

describe('control records', () => {
  it('keep types that are not known', () => {
    const key = Buffer.from([0, 0, 0, 7])
    expect(parseControlRecord({ key, value: Buffer.from('new') })).toEqual({ type: 'unknown', typeId: 7, value: Buffer.from('new') })
    expect(parseControlRecord({ key, value: null })).toEqual({ type: 'unknown', typeId: 7, value: null })
  })

  it('are read in versions to come as far as they are known', () => {
    const { key, value } = controlRecord('commit', { coordinatorEpoch: 5 })
    const newer = Buffer.concat([value, Buffer.from('more')])
    newer.writeInt16BE(9)
    expect(parseControlRecord({ key, value: newer })).toEqual({ type: 'commit', version: 9, value: { coordinatorEpoch: 5 } })
  })

  it('are refused cut off at any byte', () => {
    const voters = [{ voterId: 1 }, { voterId: 2 }]
    const { key, value } = controlRecord('leaderChange', { leaderId: 1, voters, grantingVoters: voters })
    for (let end = 0; end < value.length; end++) {
      expect(() => parseControlRecord({ key, value: value.subarray(0, end) })).toThrow(ProtocolError)
    }
    for (let end = 0; end < 4; end++) expect(() => parseControlRecord({ key: key.subarray(0, end), value })).toThrow(ProtocolError)
    expect(() => parseControlRecord({ key: null, value })).toThrow(ProtocolError)
    expect(() => parseControlRecord({ key, value: null })).toThrow(ProtocolError)
  })

  it('end in a ProtocolError for garbage, or say what it means', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), fc.uint8Array({ maxLength: 40 }), (type, value) => {
        try {
          expect(parseControlRecord({ key: Buffer.from([0, 0, 0, type]), value })).toHaveProperty('type')
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 300 },
    )
  })
})
