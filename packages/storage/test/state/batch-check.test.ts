import { seededRandom } from '@logan/common'
import { type BatchInput, batchLayout, buildBatch, crc32c, RecordBatchView, records } from '@logan/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppendRefused } from '../../src/state/append-refused.ts'
import { type BatchRules, checkBatch } from '../../src/state/batch-check.ts'

const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
const compressions = Object.entries(codecs).slice(1)
const nowMs = 1_700_000_000_000
const rules: BatchRules = {
  origin: 'client',
  maxMessageBytes: 1_048_588,
  timestampType: 'CreateTime',
  beforeMaxMs: Number.POSITIVE_INFINITY,
  afterMaxMs: 3_600_000,
  checkRecords: true,
  nowMs,
}

function batch(input: Partial<BatchInput> = {}): Buffer {
  return buildBatch({
    records: [
      { value: Buffer.from('a'), timestamp: nowMs },
      { value: Buffer.from('b'), timestamp: nowMs + 1 },
    ],
    ...input,
  })
}

/** Lets a test spoil a batch and gives it a good CRC again. */
function altered(bytes: Buffer, alter: (bytes: Buffer) => void): Buffer {
  alter(bytes)
  return resealed(bytes)
}

function resealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(batchLayout.attributes)), batchLayout.crc)
  return bytes
}

/** Waits for the outcome, be it thrown or rejected. */
async function refusal(bytes: Buffer | null, changed: Partial<BatchRules> = {}): Promise<AppendRefused> {
  try {
    await checkBatch(bytes, { ...rules, ...changed })
  } catch (error) {
    if (error instanceof AppendRefused) return error
    throw error
  }
  throw new Error('the batch was accepted')
}

async function refusedAs(bytes: Buffer | null, changed: Partial<BatchRules> = {}): Promise<string> {
  return (await refusal(bytes, changed)).error
}

describe('a sound batch', () => {
  test('is answered at once when nothing is compressed, as it came', () => {
    const bytes = batch({ producerId: 7, producerEpoch: 0, baseSequence: 3 })
    const before = Buffer.from(bytes)
    const checked = checkBatch(bytes, rules)
    expect(checked).toMatchObject({ origin: 'client', bytes: before })
    expect(checked).toHaveProperty('view.lastSequence', 4)
  })

  test.each(compressions)('compressed by %s: small ones at once, larger ones later', async (_, codec) => {
    expect(checkBatch(batch({ codec }), rules)).not.toBeInstanceOf(Promise)
    const noise = seededRandom(1).bytes(20_000)
    const large = checkBatch(batch({ codec, records: [{ value: noise, timestamp: nowMs }] }), rules)
    expect(large).toBeInstanceOf(Promise)
    expect(await large).toHaveProperty('view.count', 1)
  })

  test('a small payload that grows large leaves the loop', async () => {
    const zeros = checkBatch(batch({ codec: codecs.zstd, records: [{ value: Buffer.alloc(1_000_000) }] }), rules)
    expect(zeros).toBeInstanceOf(Promise)
    expect(await zeros).toHaveProperty('view.count', 1)
  })
})

describe('the frame', () => {
  const one = batch()

  test.each([
    ['null', null],
    ['no bytes', Buffer.alloc(0)],
    ['fewer bytes than a length field', one.subarray(0, 11)],
    ['a batch cut off', one.subarray(0, -1)],
    ['a header cut off', one.subarray(0, 40)],
    ['a second batch', Buffer.concat([one, one])],
    ['bytes behind the batch', Buffer.concat([one, Buffer.from([0])])],
  ])('%s: INVALID_RECORD', async (_, bytes) => {
    expect(await refusedAs(bytes)).toBe('INVALID_RECORD')
  })

  test.each([-1, 0, 13, 48])('a length of %i: CORRUPT_MESSAGE', async (length) => {
    const bytes = Buffer.from(one)
    bytes.writeInt32BE(length, batchLayout.length)
    expect(await refusedAs(bytes)).toBe('CORRUPT_MESSAGE')
  })

  test.each([
    [0, 'INVALID_RECORD'],
    [1, 'INVALID_RECORD'],
    [3, 'CORRUPT_MESSAGE'],
    [-1, 'CORRUPT_MESSAGE'],
  ])('magic %i: %s', async (magic, error) => {
    const bytes = Buffer.from(one)
    bytes.writeInt8(magic, batchLayout.magic)
    expect(await refusedAs(bytes)).toBe(error)
  })

  test('larger than allowed: MESSAGE_TOO_LARGE, before anything else is looked at', async () => {
    const bytes = batch()
    bytes[bytes.length - 1]! ^= 1
    expect(await refusedAs(bytes, { maxMessageBytes: bytes.length - 1 })).toBe('MESSAGE_TOO_LARGE')
    expect(await refusedAs(bytes, { maxMessageBytes: bytes.length })).toBe('CORRUPT_MESSAGE')
  })

  test('one flipped bit is never accepted, but where the broker writes itself', async () => {
    const ours = (bit: number) => bit >> 3 >= batchLayout.partitionLeaderEpoch && bit >> 3 < batchLayout.magic
    await fc.assert(
      fc.asyncProperty(fc.nat(one.length * 8 - 1), async (bit) => {
        fc.pre(!ours(bit))
        const bytes = Buffer.from(one)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        expect(['CORRUPT_MESSAGE', 'INVALID_RECORD']).toContain(await refusedAs(bytes))
      }),
    )
  })
})

describe('the header', () => {
  const { baseOffset, lastOffsetDelta, attributes, producerId, count } = batchLayout

  test.each([
    ['a base offset other than 0', batch({ baseOffset: 5 })],
    ['a negative last offset delta', altered(batch(), (bytes) => bytes.writeInt32BE(-1, lastOffsetDelta))],
    ['no records', altered(batch(), (bytes) => bytes.writeInt32BE(0, count))],
    ['a negative count', altered(batch(), (bytes) => bytes.writeInt32BE(-2, count))],
    ['a count that does not fit the offsets', altered(batch(), (bytes) => bytes.writeInt32BE(5, lastOffsetDelta))],
    ['a control batch', batch({ isControl: true })],
    ['a producer id without sequence', batch({ producerId: 7, producerEpoch: 0 })],
    ['a producer id without epoch', batch({ producerId: 7, baseSequence: 0 })],
    ['a producer id beyond 2^53', altered(batch(), (bytes) => bytes.writeBigInt64BE(2n ** 60n, producerId))],
    ['a codec nobody knows', altered(batch(), (bytes) => bytes.writeInt16BE(5, attributes))],
    ['a base offset beyond 2^53', altered(batch(), (bytes) => bytes.writeBigInt64BE(2n ** 60n, baseOffset))],
  ])('%s: INVALID_RECORD', async (_, bytes) => {
    expect(await refusedAs(bytes)).toBe('INVALID_RECORD')
  })

  test('a transactional batch: INVALID_TXN_STATE', async () => {
    expect(await refusedAs(batch({ isTransactional: true, producerId: 7, producerEpoch: 0, baseSequence: 0 }))).toBe('INVALID_TXN_STATE')
  })

  test('timestamps of type LogAppendTime: INVALID_TIMESTAMP, whatever the topic has', async () => {
    for (const timestampType of ['CreateTime', 'LogAppendTime'] as const)
      expect(await refusedAs(batch({ timestampType: 'LogAppendTime' }), { timestampType })).toBe('INVALID_TIMESTAMP')
  })

  test('coordinator and controller may write control batches and without sequence, but nothing corrupt', async () => {
    const marker = batch({ isControl: true, isTransactional: true, producerId: 7, producerEpoch: 0 })
    for (const origin of ['coordinator', 'controller'] as const) {
      expect(checkBatch(marker, { ...rules, origin })).toMatchObject({ origin })
      expect(await refusedAs(Buffer.concat([marker, Buffer.alloc(1)]), { origin })).toBe('INVALID_RECORD')
      const torn = Buffer.from(marker)
      torn[torn.length - 1]! ^= 1
      expect(await refusedAs(torn, { origin })).toBe('CORRUPT_MESSAGE')
    }
  })
})

describe('the records inside', () => {
  const plain = batch()
  const rotten = [
    ['a record longer than the batch', altered(Buffer.from(plain), (bytes) => bytes.writeUInt8(0x7e, batchLayout.records))],
    [
      'a count below that of the records',
      altered(batch(), (bytes) => {
        bytes.writeInt32BE(1, batchLayout.count)
        bytes.writeInt32BE(0, batchLayout.lastOffsetDelta)
      }),
    ],
    [
      'a count above that of the records',
      altered(batch(), (bytes) => {
        bytes.writeInt32BE(3, batchLayout.count)
        bytes.writeInt32BE(2, batchLayout.lastOffsetDelta)
      }),
    ],
    ...compressions.map(
      ([name, codec]) =>
        [
          `what ${name} cannot decompress`,
          altered(Buffer.from(plain), (bytes) => bytes.writeInt16BE(codec, batchLayout.attributes)),
        ] as const,
    ),
    ...compressions.map(([name, codec]) => [`a ${name} payload cut short`, cutShort(batch({ codec }))] as const),
  ] as const

  test.each(rotten)('%s: INVALID_RECORD', async (_, bytes) => {
    expect(await refusedAs(Buffer.from(bytes))).toBe('INVALID_RECORD')
  })

  test.each(rotten)('%s gets in where records are not checked', (_, bytes) => {
    expect(checkBatch(Buffer.from(bytes), { ...rules, checkRecords: false })).toMatchObject({ origin: 'client' })
  })

  function cutShort(whole: Buffer): Buffer {
    const bytes = Buffer.from(whole.subarray(0, -3))
    bytes.writeInt32BE(bytes.length - 12, batchLayout.length)
    return resealed(bytes)
  }
})

describe('timestamps', () => {
  const stamped = (...timestamps: number[]) => ({ records: timestamps.map((timestamp) => ({ value: Buffer.from('x'), timestamp })) })
  const hour = 3_600_000

  test.each([codecs.none, codecs.gzip])('names each record that is out of range (codec %i)', async (codec) => {
    const found = await refusal(batch({ codec, ...stamped(nowMs, nowMs - hour - 1, nowMs + hour, nowMs + hour + 1) }), {
      beforeMaxMs: hour,
    })
    expect(found.error).toBe('INVALID_TIMESTAMP')
    expect(found.recordErrors.map((error) => error.batchIndex)).toEqual([1, 3])
    expect(found.recordErrors[0]?.message).toContain(`${nowMs - hour - 1}`)
  })

  test('names them in a batch that is decompressed off the loop, too', async () => {
    const some = Array.from({ length: 20_000 }, (_, index) => nowMs + (index === 12_345 ? hour + 1 : Math.imul(index, 2654435761) >>> 20))
    const found = await refusal(batch({ codec: codecs.zstd, ...stamped(...some) }))
    expect(found.recordErrors).toMatchObject([{ batchIndex: 12_345 }])
  })

  test('the borders are in range, and so is a record without timestamp', () => {
    const bytes = batch(stamped(nowMs - hour, -1, nowMs + hour))
    expect(checkBatch(bytes, { ...rules, beforeMaxMs: hour })).toMatchObject({ origin: 'client' })
  })

  test('do not matter where the broker sets them', () => {
    const bytes = batch(stamped(0, nowMs + 10 * hour))
    expect(checkBatch(bytes, { ...rules, timestampType: 'LogAppendTime', beforeMaxMs: 1, afterMaxMs: 1 })).toMatchObject({
      origin: 'client',
    })
    expect(
      checkBatch(bytes, { ...rules, timestampType: 'LogAppendTime', beforeMaxMs: 1, afterMaxMs: 1, checkRecords: false }),
    ).toMatchObject({ origin: 'client' })
  })

  test('without a look at the records the header is believed', async () => {
    const late = batch(stamped(nowMs, nowMs + hour + 1))
    expect(await refusedAs(late, { checkRecords: false })).toBe('INVALID_TIMESTAMP')
    expect(checkBatch(batch({ ...stamped(nowMs + hour + 1), maxTimestamp: nowMs }), { ...rules, checkRecords: false })).toMatchObject({
      origin: 'client',
    })
  })

  test.each([codecs.none, codecs.gzip])("a header's maximum is put right from the records (codec %i)", async (codec) => {
    const checked = await checkBatch(batch({ codec, ...stamped(nowMs, nowMs + 5, nowMs + 2), maxTimestamp: nowMs + 99 * hour }), rules)
    const view = new RecordBatchView(checked.bytes)
    expect(view.maxTimestamp).toBe(nowMs + 5)
    expect(view.crc).toBe(view.computeCrc())
    expect([...records(view)].map((record) => record.timestamp)).toEqual([nowMs, nowMs + 5, nowMs + 2])
  })
})
