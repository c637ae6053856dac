import {
  ConsumerProtocolSubscription,
  decodeCoordinatorRecord,
  decodeMetadataRecord,
  decodeVersionPrefixed,
  encodeCoordinatorKey,
  encodeCoordinatorValue,
  encodeMetadataRecord,
  encodeVersionPrefixed,
  groupRecords,
  metadataRecords,
  ProtocolError,
  transactionRecords,
} from '@logan/protocol'
import { describe, expect, it } from 'vitest'

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

const topicId = 'vPyDNo6VRtqCpqmUTzEOBw'

describe('records of the cluster metadata', () => {
  it('are framed by frame version, kind and version', () => {
    const encoded = encodeMetadataRecord('TopicRecord', 0, { name: 'foo', topicId })
    expect(encoded.toString('hex')).toBe(`01 02 00 04666f6f ${Buffer.from(topicId, 'base64url').toString('hex')} 00`.replaceAll(' ', ''))
    expect(decodeMetadataRecord(encoded)).toEqual({ name: 'TopicRecord', apiKey: 2, version: 0, message: { name: 'foo', topicId } })
  })

  it('tell the type of the message by their name', () => {
    const record = decodeMetadataRecord(encodeMetadataRecord('FeatureLevelRecord', 0, { name: 'metadata.version', featureLevel: 27 }))
    if (record.name !== 'FeatureLevelRecord') return expect.unreachable()
    expect(record.message.featureLevel).toBe(27)
  })

  it('have kinds that differ', () => {
    expect(new Set(Object.values(metadataRecords).map(({ apiKey }) => apiKey)).size).toBe(Object.keys(metadataRecords).length)
  })

  it.each([
    ['nothing', ''],
    ['a frame version unheard of', '02 02 00'],
    ['a kind unheard of', '01 7f 00'],
    ['no version', '01 02'],
    ['a version unheard of', '01 02 09 04666f6f'],
    ['half a record', '01 02 00 04666f'],
    ['a byte too many', `01 09 00 ${'00'.repeat(16)} 00 00`],
  ])('are refused with %s', (_, text) => {
    expect(() => decodeMetadataRecord(bytesOf(text))).toThrow(ProtocolError)
  })
})

describe('records of the coordinators', () => {
  const { OffsetCommit } = groupRecords
  const key = encodeCoordinatorKey(OffsetCommit, { group: 'g', topic: 't', partition: 3 })

  it('have the type before the key and the version before the value', () => {
    const value = encodeCoordinatorValue(OffsetCommit, 3, { offset: 7, leaderEpoch: 2, metadata: 'm', commitTimestamp: 9 })
    expect(key.toString('hex')).toBe('0001 000167 000174 00000003'.replaceAll(' ', ''))
    expect(value.toString('hex')).toBe('0003 0000000000000007 00000002 00016d 0000000000000009'.replaceAll(' ', ''))
    expect(decodeCoordinatorRecord(groupRecords, key, value)).toEqual({
      name: 'OffsetCommit',
      key: { group: 'g', topic: 't', partition: 3 },
      value: {
        version: 3,
        message: { offset: 7, leaderEpoch: 2, metadata: 'm', commitTimestamp: 9, expireTimestamp: -1n, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' },
      },
    })
  })

  it('without a value delete what the key names', () => {
    expect(decodeCoordinatorRecord(groupRecords, key, null)).toMatchObject({ name: 'OffsetCommit', value: null })
  })

  it('of a type that is not in the table are null', () => {
    expect(decodeCoordinatorRecord(transactionRecords, key, null)).toBeNull()
  })

  it('that are malformed are refused', () => {
    expect(() => decodeCoordinatorRecord(groupRecords, Buffer.of(0), null)).toThrow('Coordinator record key')
    expect(() => decodeCoordinatorRecord(groupRecords, key.subarray(0, 5), null)).toThrow('OffsetCommit key v0, field topic')
    expect(() => decodeCoordinatorRecord(groupRecords, key, Buffer.of(0))).toThrow('OffsetCommit value')
    expect(() => decodeCoordinatorRecord(groupRecords, key, bytesOf('0009'))).toThrow('OffsetCommit value v9: no such version')
  })

  it('tell the type of the message by their name', () => {
    const value = encodeCoordinatorValue(OffsetCommit, 4, { offset: 7 })
    const record = decodeCoordinatorRecord(groupRecords, key, value)
    if (record?.name !== 'OffsetCommit') return expect.unreachable()
    expect(record.value?.message.offset).toBe(7)
  })
})

describe('messages that carry their version', () => {
  it('go both ways', () => {
    const encoded = encodeVersionPrefixed(ConsumerProtocolSubscription, 1, { topics: ['t'] })
    expect(encoded.toString('hex')).toBe('0001 00000001 000174 ffffffff 00000000'.replaceAll(' ', ''))
    expect(decodeVersionPrefixed(ConsumerProtocolSubscription, encoded)).toMatchObject({ version: 1, message: { topics: ['t'] } })
  })

  it('of a later version are refused, or read as the newest known', () => {
    const later = bytesOf('0009 00000001 000174 ffffffff 00000000 00000005 ffff aabbcc')
    expect(() => decodeVersionPrefixed(ConsumerProtocolSubscription, later)).toThrow('ConsumerProtocolSubscription v9: no such version')
    expect(decodeVersionPrefixed(ConsumerProtocolSubscription, later, { newer: 'as-newest' })).toMatchObject({
      version: 9,
      message: { topics: ['t'], generationId: 5, rackId: null },
    })
  })
})
