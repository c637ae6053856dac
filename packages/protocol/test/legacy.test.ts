import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CodecId, codecs, compress } from '../src/compression/index.ts'
import { ProtocolError } from '../src/protocol-error.ts'
import {
  buildBatch,
  buildMessageSet,
  buildMessageSetAsync,
  downConvert,
  downConvertAsync,
  type LogRecord,
  type MessageSetInput,
  openMessageAsync,
  RecordBatchView,
  readMessageSet,
  records,
  splitMessageSet,
  upConvert,
  upConvertAsync,
  validateBatch,
  validateRecords,
} from '../src/records/index.ts'
import { type MessageInput, writeMessage } from '../src/records/legacy-message.ts'
import { record } from './records-arbitraries.ts'

const legacyCodecs = [codecs.none, codecs.gzip, codecs.snappy, codecs.lz4]

const setInput = fc.record({
  magic: fc.constantFrom(0 as const, 1 as const),
  records: fc.array(record, { minLength: 1, maxLength: 8 }),
  baseOffset: fc.integer({ min: 0, max: 2 ** 52 }),
  codec: fc.constantFrom(...legacyCodecs),
}) satisfies fc.Arbitrary<MessageSetInput>

const asBuffer = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes) : null)
const text = (record: LogRecord) => `${record.offset}:${String(record.key)}=${String(record.value)}@${record.timestamp}`

/** A compressed message around messages made by hand. */
function wrapper(inner: MessageInput[], outer: Partial<MessageInput> = {}): Buffer {
  const value = compress(codecs.gzip, Buffer.concat(inner.map(writeMessage)))
  return writeMessage({ magic: inner[0]?.magic ?? 1, offset: inner.length - 1, codec: codecs.gzip, value, ...outer })
}

describe('a message set', () => {
  it('is read back as it was built, by every codec and both magics', async () => {
    await fc.assert(
      fc.asyncProperty(setInput, async (input) => {
        const bytes = buildMessageSet(input)
        expect(await buildMessageSetAsync(input)).toEqual(bytes)
        const expected = input.records.map(({ key, value, timestamp }, index) => ({
          offset: input.baseOffset + index,
          timestamp: input.magic === 0 ? -1 : timestamp,
          key: asBuffer(key),
          value: asBuffer(value),
          headers: [],
          sequence: -1,
        }))
        // An offset of 0 on a wrapper is read as the relative offsets of an old producer, which here are the same.
        expect([...readMessageSet(bytes)]).toEqual(expected)
        const outer = splitMessageSet(bytes)
        expect(outer).toHaveLength(input.codec === codecs.none ? input.records.length : 1)
        const opened = (await Promise.all(outer.map((message) => openMessageAsync(message)))).flat()
        expect(opened.map(({ offset, value }) => ({ offset, value }))).toEqual(expected.map(({ offset, value }) => ({ offset, value })))
      }),
      { numRuns: 100 },
    )
  })

  it('gives inner messages of magic 1 the offsets that the wrapper ends with, those of magic 0 their own', () => {
    const inner = (magic: 0 | 1) => [10, 12, 13].map((offset) => ({ magic, offset, timestamp: offset }))
    expect([...readMessageSet(wrapper(inner(1), { offset: 113 }))].map(({ offset }) => offset)).toEqual([110, 112, 113])
    expect([...readMessageSet(wrapper(inner(0), { offset: 113 }))].map(({ offset }) => offset)).toEqual([10, 12, 13])
    // Some versions of librdkafka produce wrappers with offset 0.
    expect([...readMessageSet(wrapper(inner(1), { offset: 0 }))].map(({ offset }) => offset)).toEqual([10, 12, 13])
    expect(() => [...readMessageSet(wrapper(inner(1), { offset: 5 }))]).toThrow('offset 5 around an inner offset 13')
  })

  it("takes the broker's append time from the wrapper", () => {
    const inner: MessageInput[] = [0, 1].map((offset) => ({ magic: 1, offset, timestamp: 5 }))
    const set = wrapper(inner, { timestampType: 'LogAppendTime', timestamp: 99 })
    expect([...readMessageSet(set)].map(({ timestamp }) => timestamp)).toEqual([99, 99])
    expect([...readMessageSet(wrapper(inner, { timestamp: 99 }))].map(({ timestamp }) => timestamp)).toEqual([5, 5])
  })

  it('never goes deeper than one wrapper', () => {
    const nested = wrapper([{ magic: 1, offset: 0, codec: codecs.gzip, value: compress(codecs.gzip, wrapper([{ magic: 1, offset: 0 }])) }])
    expect(() => [...readMessageSet(nested)]).toThrow('compressed message inside a compressed message')
  })

  it('is refused for wrappers of nothing, of other magics, of zstd', () => {
    expect(() => [...readMessageSet(writeMessage({ magic: 1, offset: 0, codec: codecs.gzip }))]).toThrow('without a value')
    expect(() => [...readMessageSet(wrapper([], { offset: 0 }))]).toThrow('without messages inside')
    expect(() => [...readMessageSet(wrapper([{ magic: 0, offset: 0 }], { magic: 1 }))]).toThrow('magic 0 inside a message of magic 1')
    const zstd = writeMessage({
      magic: 1,
      offset: 0,
      codec: codecs.zstd,
      value: compress(codecs.zstd, writeMessage({ magic: 1, offset: 0 })),
    })
    expect(() => [...readMessageSet(zstd)]).toThrow('zstd')
    expect(() => buildMessageSet({ magic: 1, records: [{}], codec: codecs.zstd as 3 })).toThrow('zstd')
    expect(() => buildMessageSet({ magic: 1, records: [], codec: codecs.gzip })).toThrow('without records')
  })

  it('cut off at any byte is refused, or read up to there where that is allowed', () => {
    const first = writeMessage({ magic: 0, offset: 3, key: Buffer.from('k') })
    const set = Buffer.concat([first, writeMessage({ magic: 1, offset: 4, value: Buffer.from('v') })])
    for (let end = 1; end < set.length; end++) {
      if (end === first.length) continue
      expect(() => splitMessageSet(set.subarray(0, end))).toThrow(ProtocolError)
      expect(splitMessageSet(set.subarray(0, end), { allowPartial: true })).toHaveLength(end < first.length ? 0 : 1)
    }
  })

  it('shows every flipped bit behind its CRC', () => {
    const message = buildMessageSet({ magic: 1, records: [{ key: Buffer.from('key'), value: Buffer.from('value'), timestamp: 7 }] })
    for (let bit = 12 * 8; bit < message.length * 8; bit++) {
      message[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => splitMessageSet(message)).toThrow('wrong CRC')
      message[bit >> 3]! ^= 1 << (bit & 7)
    }
  })

  it('ends in a ProtocolError for garbage inside messages whose CRC is right', () => {
    fc.assert(
      fc.property(fc.constantFrom(0 as const, 1 as const), fc.nat(7), fc.uint8Array({ maxLength: 60 }), (magic, codec, garbage) => {
        const message = writeMessage({ magic, offset: 1, codec: codec as CodecId, value: garbage })
        try {
          expect([...readMessageSet(message, { maxSize: 1000 })]).toHaveLength(1)
          expect(codec).toBe(codecs.none)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('conversion up', () => {
  it('makes a batch that passes the checks of a producer, with the same records and codec', async () => {
    await fc.assert(
      fc.asyncProperty(setInput, async (input) => {
        const set = buildMessageSet(input)
        const bytes = upConvert(set)
        expect(await upConvertAsync(set)).toEqual(bytes)
        const batch = new RecordBatchView(bytes)
        expect(validateBatch(batch, 'client')).toBeNull()
        expect(validateRecords(batch).count).toBe(input.records.length)
        expect(batch.codec).toBe(input.codec)
        const before = [...readMessageSet(set)].map((record) => ({ ...record, offset: record.offset - input.baseOffset }))
        expect([...records(batch)]).toEqual(before)
      }),
      { numRuns: 60 },
    )
  })

  it('may change the codec', () => {
    const set = buildMessageSet({ magic: 1, records: [{ value: Buffer.alloc(500) }], codec: codecs.gzip })
    const batch = new RecordBatchView(upConvert(set, { codec: codecs.zstd, level: 1 }))
    expect(batch.codec).toBe(codecs.zstd)
    expect([...records(batch)]).toMatchObject([{ value: Buffer.alloc(500) }])
  })

  it('keeps append times, which a producer may not send, to be refused', () => {
    const set = buildMessageSet({ magic: 1, records: [{ timestamp: 5 }], timestampType: 'LogAppendTime' })
    expect(validateBatch(new RecordBatchView(upConvert(set)), 'client')).toMatchObject({ reason: 'timestampType' })
  })

  it('refuses sets that Kafka refuses', async () => {
    const plain = (magic: 0 | 1) => buildMessageSet({ magic, records: [{}] })
    const packed = buildMessageSet({ magic: 1, records: [{}], codec: codecs.gzip })
    const bad = [
      Buffer.alloc(0),
      Buffer.concat([plain(0), plain(1)]),
      Buffer.concat([packed, plain(1)]),
      Buffer.concat([packed, packed]),
      plain(1).subarray(1),
    ]
    for (const set of bad) {
      expect(() => upConvert(set)).toThrow(ProtocolError)
      await expect(upConvertAsync(set)).rejects.toThrow(ProtocolError)
    }
    expect(() =>
      upConvert(buildMessageSet({ magic: 1, records: [{ value: Buffer.alloc(9999) }], codec: codecs.gzip }), { maxSize: 500 }),
    ).toThrow('more than 500')
  })
})

describe('conversion down', () => {
  const source = {
    baseOffset: 50,
    records: [
      { key: Buffer.from('a'), value: Buffer.from('1'), timestamp: 7, headers: [{ key: 'lost', value: null }] },
      { value: Buffer.from('2'), timestamp: 9, offsetDelta: 3 },
      { key: Buffer.from('c'), timestamp: 8, offsetDelta: 5 },
    ],
  }

  it('keeps offsets, also with gaps, and what the format can hold', async () => {
    for (const codec of legacyCodecs) {
      const batch = new RecordBatchView(buildBatch({ ...source, codec }))
      for (const magic of [0, 1] as const) {
        const set = downConvert(batch, magic)
        expect(await downConvertAsync(batch, magic)).toEqual(set)
        const times = magic === 0 ? [-1, -1, -1] : [7, 9, 8]
        expect([...readMessageSet(set)].map(text)).toEqual([`50:a=1@${times[0]}`, `53:null=2@${times[1]}`, `55:c=null@${times[2]}`])
        expect(splitMessageSet(set)[0]).toMatchObject({ codec, magic, offset: codec === codecs.none ? 50 : 55 })
      }
    }
  })

  it('leaves records before the wanted one out where they are messages of their own', () => {
    const from = (codec: CodecId) => {
      const batch = new RecordBatchView(buildBatch({ ...source, codec }))
      return [...readMessageSet(downConvert(batch, 1, { firstOffset: 51 }))].map(({ offset }) => offset)
    }
    expect(from(codecs.none)).toEqual([53, 55])
    expect(from(codecs.lz4)).toEqual([50, 53, 55])
    expect(downConvert(new RecordBatchView(buildBatch(source)), 1, { firstOffset: 56 })).toHaveLength(0)
  })

  it('carries the append time over', () => {
    for (const codec of legacyCodecs) {
      const batch = new RecordBatchView(buildBatch({ ...source, codec, timestampType: 'LogAppendTime', maxTimestamp: 1234 }))
      const set = downConvert(batch, 1)
      expect([...readMessageSet(set)].map(({ timestamp }) => timestamp)).toEqual([1234, 1234, 1234])
      expect(splitMessageSet(set)[0]).toMatchObject({ timestampType: 'LogAppendTime' })
    }
  })

  it('gives nothing for control batches and refuses zstd', async () => {
    const control = new RecordBatchView(buildBatch({ records: [{ key: Buffer.alloc(4) }], isControl: true }))
    expect(downConvert(control, 1)).toHaveLength(0)
    expect(await downConvertAsync(control, 0)).toHaveLength(0)
    const zstd = new RecordBatchView(buildBatch({ ...source, codec: codecs.zstd }))
    expect(() => downConvert(zstd, 1)).toThrow('zstd')
    await expect(downConvertAsync(zstd, 1)).rejects.toThrow('zstd')
  })
})
