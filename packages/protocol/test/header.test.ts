import {
  ApiVersions,
  apis,
  decodeRequestFrame,
  decodeRequestHeader,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
  Metadata,
  ProtocolError,
  requestHeaderVersion,
  responseHeaderVersion,
} from '@logan/protocol'
import { describe, expect, it } from 'vitest'

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

describe('header versions', () => {
  it('follow the first flexible version of the API', () => {
    expect([8, 9].map((version) => requestHeaderVersion(Metadata.key, version))).toEqual([1, 2])
    expect([8, 9].map((version) => responseHeaderVersion(Metadata.key, version))).toEqual([0, 1])
  })

  it('stay old for APIs that never became flexible', () => {
    expect(requestHeaderVersion(apis.SaslHandshake.key, 1)).toBe(1)
    expect(responseHeaderVersion(apis.OffsetDelete.key, 0)).toBe(0)
  })

  it('of ApiVersions: flexible requests, but responses any client can read (KIP-511)', () => {
    expect([2, 3, 99].map((version) => requestHeaderVersion(ApiVersions.key, version))).toEqual([1, 2, 2])
    expect([2, 3, 99].map((version) => responseHeaderVersion(ApiVersions.key, version))).toEqual([0, 0, 0])
  })

  it('of an unknown API do not exist', () => {
    expect(() => requestHeaderVersion(999, 0)).toThrow(ProtocolError)
  })
})

describe('decodeRequestHeader', () => {
  it('tells where the body begins', () => {
    const { header, bodyOffset } = decodeRequestHeader(bytesOf('0003 0001 00000007 0002 6964 ffffffff'))
    expect(header).toEqual({ apiKey: 3, apiVersion: 1, correlationId: 7, clientId: 'id' })
    expect(bodyOffset).toBe(12)
  })

  it('reads a client id of old in a flexible header, null ids and unknown tagged fields', () => {
    const { header, bodyOffset } = decodeRequestHeader(bytesOf('0003 000c 00000007 ffff 01 05 01 aa 00'))
    expect(header).toEqual({
      apiKey: 3,
      apiVersion: 12,
      correlationId: 7,
      clientId: null,
      unknownTaggedFields: [{ tag: 5, data: Buffer.of(0xaa) }],
    })
    expect(bodyOffset).toBe(14)
  })

  it('works for a version of ApiVersions that nobody knows yet', () => {
    const { header } = decodeRequestHeader(bytesOf('0012 0063 00000001 0001 63 00 0102030405'))
    expect(header).toEqual({ apiKey: 18, apiVersion: 99, correlationId: 1, clientId: 'c' })
  })

  it.each([
    ['nothing', '', 0],
    ['half a header', '0003 0001 0000', 4],
    ['a client id beyond the end', '0003 0001 00000007 0005 69', 10],
    ['an unknown API', '03e7 0000 00000007 ffff', 0],
    ['a negative API key', 'ffff 0000 00000007 ffff', 0],
  ])('refuses %s', (_, text, position) => {
    const refused = () => decodeRequestHeader(bytesOf(text))
    expect(refused).toThrow(ProtocolError)
    expect(refused).toThrow(`Request header`)
    expect(refused).toThrow(`at byte ${position}`)
  })
})

describe('frames', () => {
  it('of requests go both ways, with their length in front when encoded', () => {
    const header = { apiKey: Metadata.key, apiVersion: 12, correlationId: 5, clientId: 'me' }
    const frame = Buffer.concat(encodeRequestFrame(header, { topics: [{ name: 'orders' }] }))
    expect(frame.readInt32BE()).toBe(frame.length - 4)
    const decoded = decodeRequestFrame(frame.subarray(4))
    expect(decoded.header).toEqual(header)
    expect(decoded.name).toBe('Metadata')
    // The name tells the type of the body.
    if (decoded.name === 'Metadata') expect(decoded.body.topics?.map(({ name }) => name)).toEqual(['orders'])
  })

  it('of responses go both ways', () => {
    const frame = Buffer.concat(encodeResponseFrame(ApiVersions.key, 3, 9, { errorCode: 35, apiKeys: [{ apiKey: 18, maxVersion: 4 }] }))
    expect(frame.toString('hex')).toBe('00000013 00000009 0023 02 0012 0000 0004 00 00000000 00'.replaceAll(' ', ''))
    const { header, body } = decodeResponseFrame(ApiVersions.key, 3, frame.subarray(4))
    expect(header).toEqual({ correlationId: 9 })
    expect(body).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }], throttleTimeMs: 0 })
  })

  it('keep large records out of the copying', () => {
    const records = Buffer.alloc(100_000, 1)
    const parts = encodeResponseFrame(1, 12, 3, { responses: [{ topic: 't', partitions: [{ records }, { partitionIndex: 1, records }] }] })
    expect(parts.filter((part) => part === records)).toHaveLength(2)
    const frame = Buffer.concat(parts)
    expect(frame.readInt32BE()).toBe(frame.length - 4)
    expect(decodeResponseFrame(1, 12, frame.subarray(4)).body.responses[0]!.partitions[1]!.records).toEqual(records)
  })

  it('with bytes after the end are refused, unless one says otherwise as Kafka does', () => {
    const frame = bytesOf('0003 0000 00000007 ffff 00000000 00')
    expect(() => decodeRequestFrame(frame)).toThrow('Metadata request v0, at byte 14: 1 bytes after the end')
    expect(decodeRequestFrame(frame, { trailingBytes: 'ignore' }).body).toMatchObject({ topics: [] })
    const response = bytesOf('00000007 00000000 00000000 aa')
    expect(() => decodeResponseFrame(3, 0, response)).toThrow(ProtocolError)
    expect(decodeResponseFrame(3, 0, response, { trailingBytes: 'ignore' }).body.topics).toEqual([])
  })

  it('of a version that does not exist are refused by name', () => {
    expect(() => decodeRequestFrame(bytesOf('0003 0063 00000007 ffff 00'))).toThrow('Metadata request v99: no such version')
  })
})
