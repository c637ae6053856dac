import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCleanShutdown, encodeCleanShutdown } from '../../src/state/clean-shutdown.ts'
import { formatJavaProperties, parseJavaProperties } from '../../src/state/java-properties.ts'
import { decodeMetaProperties, encodeMetaProperties } from '../../src/state/meta-properties.ts'
import { decodeOffsetCheckpoint, encodeOffsetCheckpoint } from '../../src/state/offset-checkpoint.ts'
import { decodePartitionMetadata, encodePartitionMetadata } from '../../src/state/partition-metadata.ts'

// Golden texts were written by Apache Kafka 4.3.1's own classes (OffsetCheckpointFile, CleanShutdownFileHandler, PartitionMetadataFile,
// MetaProperties with PropertiesUtils), called from a small Java program on Java 17.

const offsets = fc.maxSafeNat()

describe('offset checkpoint', () => {
  const entries = [
    { topic: 'orders', partition: 0, offset: 17 },
    { topic: 'a.b-c_d', partition: 12, offset: 0 },
  ]
  const golden = '0\n2\norders 0 17\na.b-c_d 12 0\n'

  test('is what Kafka writes', () => {
    expect(encodeOffsetCheckpoint(entries)).toBe(golden)
    expect(encodeOffsetCheckpoint([])).toBe('0\n0\n')
    expect(decodeOffsetCheckpoint(golden)).toEqual({ kind: 'ok', value: entries })
  })

  test('survives the round trip', () => {
    const entry = fc.record({ topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/), partition: fc.nat(), offset: offsets })
    fc.assert(
      fc.property(fc.array(entry), (some) => {
        expect(decodeOffsetCheckpoint(encodeOffsetCheckpoint(some))).toEqual({ kind: 'ok', value: some })
      }),
    )
  })

  test('an empty file has no entries, lines may end as on Windows', () => {
    expect(decodeOffsetCheckpoint('')).toEqual({ kind: 'ok', value: [] })
    expect(decodeOffsetCheckpoint('0\r\n1\r\nt 1 2\r\n')).toEqual({ kind: 'ok', value: [{ topic: 't', partition: 1, offset: 2 }] })
  })

  test.each([
    ['a foreign version', '1\n0\n'],
    ['no version', 'x\n0\n'],
    ['no count', '0\nx\n'],
    ['fewer entries than announced', '0\n2\nt 0 1\n'],
    ['more entries than announced', '0\n1\nt 0 1\nt 1 1\n'],
    ['a torn last line', '0\n1\nt 0'],
    ['a fourth column', '0\n1\nt 0 1 2\n'],
    ['a negative offset', '0\n1\nt 0 -1\n'],
    ['an offset beyond 2^53', '0\n1\nt 0 9007199254740993\n'],
    ['a partition that is no number', '0\n1\nt one 1\n'],
    ['zero bytes after a crash', '\0\0\0\0'],
  ])('%s is corrupt', (_, text) => {
    expect(decodeOffsetCheckpoint(text).kind).toBe('corrupt')
  })

  test('anything at all is read without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => ['ok', 'corrupt'].includes(decodeOffsetCheckpoint(text).kind)))
  })
})

describe('partition.metadata', () => {
  const topicId = 'Z4hkjSw3R7mXjzJ1x6V0rA'

  test('is what Kafka writes', () => {
    expect(encodePartitionMetadata(topicId)).toBe('version: 0\ntopic_id: Z4hkjSw3R7mXjzJ1x6V0rA')
    expect(decodePartitionMetadata(encodePartitionMetadata(topicId))).toEqual({ kind: 'ok', value: topicId })
    expect(decodePartitionMetadata(`version: 0\ntopic_id: ${topicId}\n`)).toEqual({ kind: 'ok', value: topicId })
  })

  test.each([
    '',
    'version: 1\ntopic_id: Z4hkjSw3R7mXjzJ1x6V0rA',
    'version: 0',
    'version: 0\ntopic_id: short',
    'version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA',
  ])('%j is corrupt', (text) => {
    expect(decodePartitionMetadata(text).kind).toBe('corrupt')
  })
})

describe('.kafka_cleanshutdown', () => {
  test('is what Kafka writes', () => {
    expect(encodeCleanShutdown(42)).toBe('{"version":0,"brokerEpoch":42}')
    expect(decodeCleanShutdown('{"version":0,"brokerEpoch":42}')).toEqual({ kind: 'ok', value: 42 })
  })

  test.each(['', '{', 'null', '[]', '7', '{"brokerEpoch":"42"}', '{"version":0}'])('%j has no broker epoch', (text) => {
    expect(decodeCleanShutdown(text).kind).toBe('corrupt')
  })
})

describe('meta.properties', () => {
  const meta = { clusterId: 'p8fFEbKGQ22B6M_Da_vCBw', nodeId: 1, directoryId: 'Z4hkjSw3R7mXjzJ1x6V0rA' }

  test('reads what Kafka wrote', () => {
    const golden =
      '#\n#Tue Nov 24 11:32:31 UTC 2026\nnode.id=1\ndirectory.id=Z4hkjSw3R7mXjzJ1x6V0rA\nversion=1\ncluster.id=p8fFEbKGQ22B6M_Da_vCBw\n'
    expect(decodeMetaProperties(golden)).toEqual({ kind: 'ok', value: meta })
  })

  test('writes the same lines in a fixed order', () => {
    expect(encodeMetaProperties(meta, Date.UTC(2026, 10, 4, 11, 32, 31))).toBe(
      '#\n#Wed Nov 04 11:32:31 UTC 2026\ncluster.id=p8fFEbKGQ22B6M_Da_vCBw\ndirectory.id=Z4hkjSw3R7mXjzJ1x6V0rA\nnode.id=1\nversion=1\n',
    )
    expect(decodeMetaProperties(encodeMetaProperties(meta, 0))).toEqual({ kind: 'ok', value: meta })
    expect(decodeMetaProperties(encodeMetaProperties({ ...meta, directoryId: undefined }, 0))).toEqual({
      kind: 'ok',
      value: { ...meta, directoryId: undefined },
    })
  })

  test.each([
    ['', 'no version'],
    ['version=0\nbroker.id=1\n', 'version 0 where 1 was expected'],
    ['version=1\nnode.id=1\n', 'no cluster.id'],
    ['version=1\ncluster.id=x\n', 'no node.id'],
    ['version=1\ncluster.id=x\nnode.id=-1\n', 'no node.id'],
    ['version=1\ncluster.id=x\nnode.id=one\n', 'no node.id'],
  ])('%j is corrupt: %s', (text, reason) => {
    expect(decodeMetaProperties(text)).toEqual({ kind: 'corrupt', reason })
  })
})

describe('Java properties', () => {
  test('an odd pair is written and read as Java writes it', () => {
    const pairs = [
      ['b', ''],
      ['a key:=#!\\', ' lead\ttab\nline=:#!\\ü end '],
    ] as const
    const golden = '#\nb=\na\\ key\\:\\=\\#\\!\\\\=\\ lead\\ttab\\nline\\=\\:\\#\\!\\\\ü end \n'
    expect(formatJavaProperties([''], pairs)).toBe(golden)
    expect([...parseJavaProperties(golden)]).toEqual(pairs)
  })

  test('comments, separators, unicode escapes, continued lines and repeated keys', () => {
    const text = '! note\n  # note\n\n a : 1\nb 2\nc\nd=x\\\n   y\ne=\\u00fc\\q\nk=1\nk=2\nlast=\\'
    expect(Object.fromEntries(parseJavaProperties(text))).toEqual({ a: '1', b: '2', c: '', d: 'xy', e: 'üq', k: '2', last: '' })
  })

  test('any pairs survive the round trip', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (pairs) => {
        expect(parseJavaProperties(formatJavaProperties(['x'], Object.entries(pairs)))).toEqual(new Map(Object.entries(pairs)))
      }),
    )
  })
})
