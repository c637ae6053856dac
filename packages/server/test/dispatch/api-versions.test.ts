import { DescribeCluster, decodeResponseFrame, errorCodes, Fetch, Produce } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { handler } from '../../src/dispatch/handler.ts'
import { createRouter } from '../../src/dispatch/router.ts'
import { apiVersions } from '../../src/handlers/18-api-versions.ts'
import type { Answer } from '../../src/net/route.ts'
import { bytes, fakeConnection, fakeServices, metadataOffset } from './fakes.ts'

const router = createRouter(
  [
    handler(Fetch, { versions: [4, 18] }, () => ({})),
    apiVersions,
    handler(DescribeCluster, { versions: [0, 2] }, () => ({})),
    handler(Produce, { versions: [3, 13], overlaps: true }, () => null),
  ],
  fakeServices(),
  { onFatal: () => {} },
)

async function ask(frame: Buffer): Promise<Buffer> {
  const answer: Answer = await router.serve(frame, fakeConnection)
  if (answer.kind !== 'send') throw new Error(`answered by ${answer.kind}`)
  return Buffer.concat(answer.buffers)
}

/** Keys and ranges of the handlers above, as int16 fields; Produce from 0. */
const produceRow = '0000 0000 000d'
const fetchRow = '0001 0004 0012'
const apiVersionsRow = '0012 0000 0004'
const describeClusterRow = '003c 0000 0002'
const rows = [produceRow, fetchRow, apiVersionsRow, describeClusterRow]

// Requests as kcat 1.7.1 (librdkafka 2.0.2) sent them, and variants by hand; the answers to what is unusual are those of Apache Kafka 4.3.1,
// asked with the same bytes.
const header = (version: string): string => `0012 ${version} 00000007 0007 72646b61666b61`
const librdkafka = '0b 6c696272646b61666b61 06 322e302e32 00'

describe('ApiVersions', () => {
  it('v0 lists the versions served, by key, Produce from 0', async () => {
    expect(await ask(bytes(header('0000')))).toEqual(bytes('00000022 00000007 0000 00000004', ...rows))
  })

  it('v1 and v2 add the throttle time', async () => {
    const expected = bytes('00000026 00000007 0000 00000004', ...rows, '00000000')
    expect(await ask(bytes(header('0001')))).toEqual(expected)
    expect(await ask(bytes(header('0002')))).toEqual(expected)
  })

  it('v3 is flexible, with the header of v0, and carries the features', async () => {
    const name = `11 ${Buffer.from('metadata.version').toString('hex')}`
    const features = [
      `00 17 02 ${name} 0007 0019 00`, // supported
      '01 08 00000000000007c2', // epoch: the offset of the metadata
      `02 17 02 ${name} 0019 0019 00`, // finalized
    ]
    const body = bytes('0000 05', ...rows.map((row) => `${row} 00`), '00000000 03', ...features)
    const size = Buffer.alloc(4)
    size.writeInt32BE(4 + body.length)
    expect(metadataOffset).toBe(0x7c2)
    for (const version of ['0003', '0004']) {
      expect(await ask(bytes(header(version), '00', librdkafka))).toEqual(Buffer.concat([size, bytes('00000007'), body]))
    }
  })

  it('a version not served is answered in v0 with the error and its own range (KIP-511)', async () => {
    for (const version of ['0005', '0063', '7fff']) {
      const request = bytes(header(version), '00', librdkafka, 'ff ff')
      expect(await ask(request), `version ${version}`).toEqual(bytes('00000010 00000007 0023 00000001', apiVersionsRow))
    }
    expect(await ask(bytes(header('ffff'))), 'version -1').toEqual(bytes('00000010 00000007 0023 00000001', apiVersionsRow))
  })

  it('a client whose software has no proper name is refused (KIP-511)', async () => {
    for (const [name, version] of [
      ['', ''],
      ['-bad', '1'],
      ['bad-', '1'],
      ['good', 'not good'],
    ] as const) {
      const compact = (text: string): Buffer => Buffer.concat([Buffer.of(text.length + 1), Buffer.from(text)])
      const request = Buffer.concat([bytes(header('0003'), '00'), compact(name), compact(version), bytes('00')])
      const { body } = decodeResponseFrame(18, 3, (await ask(request)).subarray(4))
      expect(body.errorCode, `${name} ${version}`).toBe(errorCodes.INVALID_REQUEST)
      expect(body.apiKeys).toEqual([])
    }
  })
})
