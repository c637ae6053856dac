import {
  apis,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  Fetch,
  Metadata,
  nullUuid,
  OffsetCommit,
  Produce,
  ProtocolError,
  ShareFetch,
} from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from '../src/schema/codec.ts'
import { array, bytes, int32, int64, records, string, struct } from '../src/schema/field.ts'
import { defineMessage } from '../src/schema/message.ts'

function hex(encoded: Uint8Array | Uint8Array[]): string {
  return (Array.isArray(encoded) ? Buffer.concat(encoded) : Buffer.from(encoded)).toString('hex')
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

describe('defaults', () => {
  it('stand for whatever is left out when encoding', () => {
    expect(hex(encodeRequest(Metadata.key, 0, {}))).toBe('00000000')
    expect(decodeRequest(Metadata.key, 4, encodeRequest(Metadata.key, 4, { topics: [{}] }) as Uint8Array)).toEqual({
      topics: [{ topicId: nullUuid, name: '' }],
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
  })

  it('stand for fields that the version does not have when decoding', () => {
    const response = decodeResponse(Fetch.key, 0, bytesOf('00000001 0001 74 00000001 00000000 0000 0000000000000007 00000000'))
    expect(response).toMatchObject({ throttleTimeMs: 0, errorCode: 0, sessionId: 0, nodeEndpoints: [] })
    expect(response.responses[0]).toMatchObject({ topic: 't', topicId: nullUuid })
    expect(response.responses[0]!.partitions[0]).toMatchObject({
      highWatermark: 7,
      lastStableOffset: -1,
      logStartOffset: -1,
      divergingEpoch: { epoch: -1, endOffset: -1 },
      abortedTransactions: [],
      preferredReadReplica: -1,
    })
  })

  it('of arrays and structs are new for every message', () => {
    const empty = encodeResponse(Fetch.key, 0, {}) as Uint8Array
    decodeResponse(Fetch.key, 0, empty).nodeEndpoints.push({ nodeId: 1, host: 'h', port: 1, rack: null })
    expect(decodeResponse(Fetch.key, 0, empty).nodeEndpoints).toEqual([])
  })

  it('keep a tagged field from being written', () => {
    const plain = hex(encodeRequest(Fetch.key, 18, {}))
    expect(hex(encodeRequest(Fetch.key, 18, { clusterId: null, replicaState: { replicaId: -1, replicaEpoch: -1 } }))).toBe(plain)
    expect(hex(encodeRequest(Fetch.key, 18, { clusterId: 'c' }))).toBe(`${plain.slice(0, -2)}01 00 02 0263`.replaceAll(' ', ''))
  })

  it('do not include a struct that carries unknown tagged fields', () => {
    const replicaState = { replicaId: -1, replicaEpoch: -1, unknownTaggedFields: [{ tag: 9, data: Buffer.of(1) }] }
    const encoded = encodeRequest(Fetch.key, 18, { replicaState }) as Uint8Array
    expect(decodeRequest(Fetch.key, 18, encoded).replicaState).toEqual(replicaState)
  })
})

describe('a field that the version cannot carry', () => {
  it('is refused when it is set', () => {
    expect(() => encodeRequest(Produce.key, 2, { transactionalId: 'tx' })).toThrow(
      'Produce request v2, field transactionalId: set, but this version cannot carry it',
    )
    expect(() => encodeRequest(OffsetCommit.key, 6, { groupInstanceId: 'x' })).toThrow(ProtocolError)
  })

  it('is fine when it has its default or is left out', () => {
    expect(hex(encodeRequest(Produce.key, 2, { transactionalId: null, acks: 1 }))).toBe('0001 00000000 00000000'.replaceAll(' ', ''))
    expect(hex(encodeRequest(Produce.key, 2, { transactionalId: undefined, acks: 1 }))).toBe('00010000000000000000')
  })

  it('is dropped silently when it is ignorable', () => {
    expect(hex(encodeResponse(Produce.key, 0, { throttleTimeMs: 5 }))).toBe('00000000')
  })

  it('is found deep inside as well, by its path', () => {
    const response = { responses: [{}, { partitions: [{ preferredReadReplica: 3 }] }] }
    expect(() => encodeResponse(Fetch.key, 10, response)).toThrow('field responses[1].partitions[0].preferredReadReplica')
  })
})

describe('null', () => {
  it('is read and written where it is allowed in the version', () => {
    expect(decodeRequest(Metadata.key, 1, bytesOf('ffffffff')).topics).toBeNull()
    expect(hex(encodeRequest(Metadata.key, 9, { topics: null }))).toMatch(/^00/)
  })

  it('is refused elsewhere', () => {
    expect(() => decodeRequest(Metadata.key, 0, bytesOf('ffffffff'))).toThrow(
      'Metadata request v0, field topics, at byte 4: null where null',
    )
    expect(() => encodeRequest(Metadata.key, 0, { topics: null })).toThrow('field topics: null where null is not allowed')
    // Records may be null in the early version of ShareFetch alone.
    const withNull = { responses: [{ partitions: [{ records: null }] }] }
    expect(encodeResponse(ShareFetch.key, 0, withNull)).toBeInstanceOf(Uint8Array)
    expect(() => encodeResponse(ShareFetch.key, 1, withNull)).toThrow('partitions[0].records: null')
  })

  it('of a struct is one byte, and in a tag section a varint', () => {
    const schema = defineMessage({
      name: 'Test',
      versions: [0, 0],
      flexibleFrom: 0,
      fields: { inline: struct({ a: int32 }).nullable(), tagged: struct({ a: int32 }).nullable().tagged(0) },
    })
    expect(hex(encodeMessage(schema, 0, { inline: null, tagged: null }))).toBe('ff 01 00 01 00'.replaceAll(' ', ''))
    expect(hex(encodeMessage(schema, 0, { inline: { a: 5 }, tagged: { a: 5 } }))).toBe(
      '01 00000005 00 01 00 06 01 00000005 00'.replaceAll(' ', ''),
    )
    expect(decodeMessage(schema, 0, bytesOf('ff 01 00 01 00'))).toEqual({ inline: null, tagged: null })
  })
})

describe('unknown tagged fields', () => {
  const request = { topics: [], rackId: '', unknownTaggedFields: [{ tag: 77, data: Buffer.from('later') }] }

  it('are kept and written back among the known ones, in order', () => {
    const encoded = encodeRequest(Fetch.key, 17, { ...request, clusterId: 'c', replicaState: { replicaId: 1 } }) as Uint8Array
    const decoded = decodeRequest(Fetch.key, 17, encoded)
    expect(decoded.unknownTaggedFields).toEqual(request.unknownTaggedFields)
    expect(hex(encodeRequest(Fetch.key, 17, decoded))).toBe(hex(encoded))
  })

  it('leave no property when there are none', () => {
    expect('unknownTaggedFields' in decodeRequest(Fetch.key, 17, encodeRequest(Fetch.key, 17, {}) as Uint8Array)).toBe(false)
  })

  it('are read in any order, the last of two with one tag counting, and so can be written again', () => {
    const decoded = decodeRequest(75, 0, bytesOf('01 00000001 ff 04 09 01 aa 05 01 bb 09 01 cc 05 00'))
    expect(decoded.unknownTaggedFields).toEqual([
      { tag: 5, data: Buffer.alloc(0) },
      { tag: 9, data: Buffer.of(0xcc) },
    ])
    expect(hex(encodeRequest(75, 0, decoded))).toBe('01 00000001 ff 02 05 00 09 01 cc'.replaceAll(' ', ''))
  })

  it.each([
    ['out of order', [7, 5]],
    ['twice the same', [7, 7]],
    ['with the tag of a known field', [1]],
    ['with a tag that is none', [-1]],
  ])('are refused when encoding: %s', (_, tags) => {
    const unknownTaggedFields = tags.map((tag) => ({ tag, data: Buffer.of(1) }))
    expect(() => encodeRequest(Fetch.key, 17, { unknownTaggedFields })).toThrow(ProtocolError)
  })

  it('are refused by versions without tag sections', () => {
    expect(() => encodeRequest(Fetch.key, 11, request)).toThrow('field unknownTaggedFields: set, but this version cannot carry it')
  })
})

describe('values', () => {
  it.each([
    ['an int16 out of range', { acks: 40_000 }, 'field acks: 40000 is not an int16'],
    ['a fraction', { timeoutMs: 0.5 }, 'field timeoutMs: 0.5 is not an int32'],
    ['text for a number', { timeoutMs: '5' }, 'field timeoutMs: "5" is not an int32'],
    ['a number for text', { topicData: [{ name: 5 }] }, 'field topicData[0].name: 5 is not a string'],
    ['no array', { topicData: {} }, 'field topicData: an object is not an array'],
    ['no object', { topicData: [null] }, 'field topicData[0]: null is not an object'],
    [
      'no bytes',
      { topicData: [{ partitionData: [{ records: 'x' }] }] },
      'field topicData[0].partitionData[0].records: "x" is not a Uint8Array',
    ],
    ['too long a text', { topicData: [{ name: 'x'.repeat(40_000) }] }, 'field topicData[0].name: string of 40000'],
    ['too long a text in UTF-8', { topicData: [{ name: 'é'.repeat(20_000) }] }, 'field topicData[0].name: string of 40000'],
  ])('that do not fit are refused: %s', (_, message, reason) => {
    expect(() => encodeRequest(Produce.key, 9, message as never)).toThrow(`Produce request v9, ${reason}`)
  })

  it('of 64 bits are numbers up to 2^53 - 1, in both directions', () => {
    const schema = defineMessage({ name: 'Test', versions: [0, 0], flexibleFrom: null, fields: { value: int64 } })
    for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 2 ** 32, -(2 ** 32) - 1]) {
      const encoded = encodeMessage(schema, 0, { value }) as Uint8Array
      expect(Buffer.from(encoded).readBigInt64BE()).toBe(BigInt(value))
      expect(decodeMessage(schema, 0, encoded)).toEqual({ value })
    }
    expect(() => encodeMessage(schema, 0, { value: 2 ** 53 })).toThrow('is not a safe integer')
    for (const beyond of ['0020000000000000', 'ffe0000000000000', '7fffffffffffffff']) {
      expect(() => decodeMessage(schema, 0, bytesOf(beyond))).toThrow('Test v0, field value, at byte 0: 64-bit integer beyond 2^53')
    }
  })

  it('are bigints where 64 bits may be anything', () => {
    const highest = 2n ** 63n - 1n
    const request = { topics: [{ partitions: [{ highWatermark: 2n ** 62n }] }] }
    const decoded = decodeRequest(Fetch.key, 18, encodeRequest(Fetch.key, 18, request) as Uint8Array)
    expect(decoded.topics[0]!.partitions[0]!.highWatermark).toBe(2n ** 62n)
    expect(() => encodeRequest(38, 1, { maxLifetimeMs: highest + 1n })).toThrow('is not a bigint of 64 bits')
  })

  it('read leniently are those Kafka reads leniently: booleans and UTF-8', () => {
    expect(decodeRequest(Metadata.key, 4, bytesOf('00000000 02')).allowAutoTopicCreation).toBe(true)
    expect(decodeRequest(Metadata.key, 0, bytesOf('00000001 0002 c328')).topics![0]!.name).toBe('\ufffd(')
  })
})

describe('bytes', () => {
  const schema = defineMessage({
    name: 'Test',
    versions: [0, 0],
    flexibleFrom: 0,
    fields: { before: string, data: bytes, between: int32, more: array({ records: records.nullable() }), tail: bytes.tagged(3) },
  })
  const large = Buffer.alloc(5_000, 1)
  const shared = new Uint8Array(new SharedArrayBuffer(5_000)).fill(2)

  it('are views when decoded', () => {
    const encoded = Buffer.concat([encodeMessage(schema, 0, { data: large })].flat())
    const { data } = decodeMessage(schema, 0, encoded)
    expect(data.buffer).toBe(encoded.buffer)
    encoded[encoded.indexOf(large)] = 99
    expect(data[0]).toBe(99)
  })

  it('are borrowed when they are many, copied when they are few or within a tag section', () => {
    const small = Buffer.from('small')
    const message = {
      before: 'b',
      data: large,
      between: 7,
      more: [{ records: shared }, { records: small }, { records: null }],
      tail: large,
    }
    const parts = encodeMessage(schema, 0, message)
    expect(Array.isArray(parts)).toBe(true)
    expect((parts as Uint8Array[]).filter((part) => part === large || part === shared)).toHaveLength(2)
    expect(decodeMessage(schema, 0, Buffer.concat(parts as Uint8Array[]))).toEqual({
      ...message,
      more: [{ records: Buffer.from(shared) }, { records: small }, { records: null }],
    })
  })

  it('come as one array when nothing is borrowed', () => {
    expect(encodeMessage(schema, 0, { data: Buffer.from('x') })).toBeInstanceOf(Uint8Array)
  })

  it('may be decoded out of shared memory', () => {
    const encoded = Buffer.concat([encodeMessage(schema, 0, { before: 'text', data: large })].flat())
    const memory = new Uint8Array(new SharedArrayBuffer(encoded.length))
    memory.set(encoded)
    const decoded = decodeMessage(schema, 0, memory)
    expect(decoded.before).toBe('text')
    expect(decoded.data.buffer).toBe(memory.buffer)
  })
})

describe('versions', () => {
  it.each([-1, 14, 0.5, Number.NaN])('that do not exist are refused: %s', (version) => {
    expect(() => decodeRequest(Produce.key, version, Buffer.alloc(0))).toThrow('no such version; known are 0 to 13')
    expect(() => encodeRequest(Produce.key, version, {})).toThrow(ProtocolError)
  })

  it('share one shape of object, so that code that handles messages stays fast', () => {
    const [from, to] = apis.Fetch.versions
    const keys = Array.from({ length: to - from + 1 }, (_, i) => {
      const version = from + i
      return Object.keys(decodeRequest(Fetch.key, version, encodeRequest(Fetch.key, version, {}) as Uint8Array)).join()
    })
    expect(new Set(keys).size).toBe(1)
  })

  it('of an API that does not exist are refused', () => {
    expect(() => decodeRequest(999, 0, Buffer.alloc(0))).toThrow('unknown API key 999')
  })
})
