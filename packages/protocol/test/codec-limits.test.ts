import {
  decodeMetadataRecord,
  decodeRequest,
  decodeResponse,
  encodeMetadataRecord,
  Fetch,
  Metadata,
  nullUuid,
  Produce,
  ProtocolError,
} from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { Reader } from '../src/wire/reader.ts'

// What a peer claims in counts, lengths and sizes is believed only as far as the bytes that are there.

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

function refusalOf(step: () => unknown): ProtocolError {
  try {
    step()
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('counts of elements', () => {
  it.each([
    ['two thousand million topics', Metadata.key, 0, '7fffffff', 'topics'],
    ['more strings than half the bytes', Metadata.key, 0, '00000003 0000 0000', 'topics'],
    ['compact, as many as a varint can say', Produce.key, 9, '01 0001 00000000 ffffffff0f', 'topicData'],
    ['a negative count that is not -1', Metadata.key, 1, 'fffffffe', 'topics'],
    ['partitions inside', Produce.key, 3, 'ffff 0001 00000000 00000001 0001 74 7fffffff', 'topicData[0].partitionData'],
  ])('%s', (_, key, version, text, field) => {
    const error = refusalOf(() => decodeRequest(key, version, bytesOf(text)))
    expect(error).toMatchObject({ version, field })
    expect(error.position).toBeDefined()
  })

  it('are held against the least size of an element, not only against the bytes left', () => {
    // An aborted transaction takes 16 bytes; 40 bytes could hold two.
    const head = '00000000 00000001 0001 74 00000001 00000000 0000 0000000000000000 0000000000000000'
    const text = `${head} 00000003 ${'00'.repeat(40)}`
    expect(refusalOf(() => decodeResponse(Fetch.key, 4, bytesOf(text))).reason).toBe('3 elements cannot be in 40 bytes')
  })
})

describe('lengths', () => {
  it.each([
    ['a string beyond the end', Metadata.key, 0, '00000001 0005 61', 'topics[0].name'],
    ['a string of negative length', Metadata.key, 0, '00000001 fffe 61', 'topics[0].name'],
    ['a compact string above 32767 bytes', Produce.key, 9, `81 80 02 ${'61'.repeat(40_000)}`, 'transactionalId'],
    [
      'records beyond the end',
      Produce.key,
      3,
      'ffff 0001 00000000 00000001 0001 74 00000001 00000000 7fffffff 00',
      'topicData[0].partitionData[0].records',
    ],
    [
      'records of negative length',
      Produce.key,
      3,
      'ffff 0001 00000000 00000001 0001 74 00000001 00000000 80000000 00',
      'topicData[0].partitionData[0].records',
    ],
    ['a varint that does not end', Produce.key, 9, 'ff ff ff ff ff ff', 'transactionalId'],
    ['a varint beyond 32 bits', Produce.key, 9, 'ff ff ff ff 1f', 'transactionalId'],
  ])('%s', (_, key, version, text, field) => {
    expect(refusalOf(() => decodeRequest(key, version, bytesOf(text)))).toMatchObject({ version, field })
  })
})

describe('tag sections', () => {
  const body = '01 00000001 ff'

  it.each([
    ['more tagged fields than bytes', 'ffffffff0f'],
    ['more tagged fields than could be in the bytes', '03 05 00 06 00'],
    ['a size beyond the end', '01 05 05 00'],
    ['a size that is no varint', '01 05 ffffffffff'],
  ])('%s', (_, tags) => {
    expect(refusalOf(() => decodeRequest(75, 0, bytesOf(`${body} ${tags}`))).api).toBe('DescribeTopicPartitions request')
  })

  it('a known field that takes another size than announced', () => {
    const good = encodeMetadataRecord('PartitionChangeRecord', 0, { topicId: nullUuid, leader: 3 })
    expect(decodeMetadataRecord(good).message).toMatchObject({ leader: 3 })
    const bad = Buffer.from(good)
    // The section: one field, tag 1, size 4, the leader.
    bad.writeUInt8(3, bad.length - 5)
    expect(refusalOf(() => decodeMetadataRecord(bad))).toMatchObject({ api: 'PartitionChangeRecord', field: 'leader' })
  })

  it('a great many fields in the worst order take no more time than others', () => {
    const count = 200_000
    const section = Buffer.alloc(count * 4)
    for (let i = 0; i < count; i++) {
      const tag = count - i + 0x4000
      section.set([(tag & 0x7f) | 0x80, ((tag >> 7) & 0x7f) | 0x80, tag >> 14, 0], i * 4)
    }
    const countVarint = Buffer.of((count & 0x7f) | 0x80, ((count >> 7) & 0x7f) | 0x80, count >> 14)
    const decoded = decodeRequest(75, 0, Buffer.concat([bytesOf(body), countVarint, section]))
    expect(decoded.unknownTaggedFields).toHaveLength(count)
    expect(decoded.unknownTaggedFields![0]!.tag).toBe(0x4001)
  })
})

describe('the reader', () => {
  it('never reads past the end of a view into a larger buffer', () => {
    const around = Buffer.alloc(64, 0x61)
    const inside = around.subarray(10, 14)
    inside.set([0, 3, 0x62, 0x63])
    expect(() => new Reader(inside).string()).toThrow('needs 3 bytes, 2 left')
    expect(() => new Reader(inside).uuid()).toThrow(ProtocolError)
    expect(() => new Reader(inside).int64()).toThrow('needs 8 bytes, 4 left')
    expect(() => new Reader(inside).bigint64()).toThrow(ProtocolError)
    expect(() => new Reader(inside).float64()).toThrow(ProtocolError)
  })

  it('stays where it was when it refuses', () => {
    const reader = new Reader(Buffer.alloc(3))
    expect(() => reader.int32()).toThrow(ProtocolError)
    expect(reader.position).toBe(0)
  })
})
