import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codecs, decompress, decompressAsync } from '../src/compression/index.ts'
import { ProtocolError } from '../src/protocol-error.ts'
import {
  type ControlRecord,
  type ControlType,
  controlRecord,
  type LogRecord,
  parseControlRecord,
  RecordBatchView,
  readMessageSet,
  records,
  splitBatches,
  splitMessageSet,
  validateBatch,
  validateRecords,
} from '../src/records/index.ts'
import { nullUuid } from '../src/wire/uuid.ts'
import { alphabet, goldenRecords } from './golden/records/expected.ts'

interface Entry {
  format: 'batch' | 'magic 0' | 'magic 1' | 'control' | 'payload'
  title?: string
  codec: keyof typeof codecs
  records: string
  timestampType?: 'CreateTime' | 'LogAppendTime'
  hex: string
}

function entriesOf(file: string): Entry[] {
  const lines = readFileSync(new URL(`golden/records/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Entry)
}

const python = entriesOf('kafka-python.jsonl')
const java = entriesOf('kafka-clients.jsonl')
const bytesOf = (entry: Entry) => Buffer.from(entry.hex, 'hex')

/** Java gave its records offsets from 100 on and, as append time, this. */
const APPEND_TIME = 1_700_000_000_099

function expectedRecords(entry: Entry, baseOffset: number, baseSequence: number): LogRecord[] {
  return goldenRecords[entry.records as 'small' | 'large'].map((record, index) => ({
    offset: baseOffset + index,
    timestamp: entry.format === 'magic 0' ? -1 : entry.timestampType === 'LogAppendTime' ? APPEND_TIME : record.timestamp!,
    key: record.key as LogRecord['key'],
    value: record.value as LogRecord['value'],
    headers: entry.format === 'batch' ? ((record.headers ?? []) as LogRecord['headers']) : [],
    sequence: baseSequence === -1 ? -1 : (baseSequence + index) % 2 ** 31,
  }))
}

describe.each([
  { made: 'kafka-python', entries: python, baseOffset: 0 },
  { made: "Kafka's Java clients", entries: java, baseOffset: 100 },
])('records made by $made', ({ made, entries, baseOffset }) => {
  const name = ({ codec, records: set, timestampType }: Entry) => [codec, set, timestampType].join(' ').trim()

  it.each(entries.filter(({ format }) => format === 'batch').map((entry) => [name(entry), entry] as const))('batch: %s', (_, entry) => {
    const [batch, ...others] = splitBatches(bytesOf(entry)) as [RecordBatchView]
    expect(others).toEqual([])
    expect(validateBatch(batch, 'log')).toBeNull()
    expect(batch).toMatchObject({ producerId: 123456789012, producerEpoch: 7, baseSequence: 2147483646, isTransactional: true })
    // The Python client keeps records as they are where compression gains nothing.
    expect([codecs[entry.codec], made === 'kafka-python' ? codecs.none : codecs[entry.codec]]).toContain(batch.codec)
    expect([...records(batch)]).toEqual(expectedRecords(entry, baseOffset, 2147483646))
    expect(validateRecords(batch)).toMatchObject({ count: goldenRecords[entry.records as 'small' | 'large'].length })
  })

  const sets = entries.filter(({ format }) => format.startsWith('magic'))
  it.each(sets.map((entry) => [`${entry.format} ${name(entry)}`, entry] as const))('message set: %s', (_, entry) => {
    const [first] = splitMessageSet(bytesOf(entry))
    expect(first).toMatchObject({ magic: Number(entry.format.slice(-1)), codec: codecs[entry.codec] })
    expect([...readMessageSet(bytesOf(entry))]).toEqual(expectedRecords(entry, baseOffset, -1))
  })
})

const payloads = python.filter(({ format }) => format === 'payload')

describe('compressed bytes made by Python', () => {
  it.each(payloads.map((entry) => [entry.title!, entry] as const))('%s', async (title, entry) => {
    const options = { ignoreLz4HeaderChecksum: title.includes('KAFKA-3160') }
    const text = alphabet.repeat(3)
    expect(decompress(codecs[entry.codec], bytesOf(entry), options).toString()).toBe(text)
    expect((await decompressAsync(codecs[entry.codec], bytesOf(entry), options)).toString()).toBe(text)
  })

  it.each(['lz4 linked', 'lz4 of two frames', 'lz4 with the header checksum of KAFKA-3160'])('strictly, %s is refused', (start) => {
    const entry = payloads.find(({ title }) => title!.startsWith(start))!
    expect(() => decompress(codecs.lz4, bytesOf(entry), { strict: true })).toThrow(ProtocolError)
  })
})

describe("control records made by Kafka's Java clients", () => {
  const directoryId = Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex').toString('base64url')
  const voter = (voterId: number, voterDirectoryId: string) => ({ voterId, voterDirectoryId })
  const endpoints = [{ name: 'CONTROLLER', host: 'controller.example.com', port: 65_535 }]
  const expected: Record<string, ControlRecord> = {
    commit: { type: 'commit', version: 0, value: { coordinatorEpoch: 77 } },
    abort: { type: 'abort', version: 0, value: { coordinatorEpoch: 78 } },
    'leaderChange 0': {
      type: 'leaderChange',
      version: 0,
      value: { leaderId: 2, voters: [voter(2, nullUuid), voter(3, nullUuid)], grantingVoters: [voter(2, nullUuid)] },
    },
    'leaderChange 1': {
      type: 'leaderChange',
      version: 1,
      value: { leaderId: 2, voters: [voter(2, directoryId), voter(3, directoryId)], grantingVoters: [voter(2, directoryId)] },
    },
    snapshotHeader: { type: 'snapshotHeader', version: 0, value: { lastContainedLogTimestamp: 1_700_000_000_000 } },
    snapshotFooter: { type: 'snapshotFooter', version: 0, value: {} },
    kraftVersion: { type: 'kraftVersion', version: 0, value: { kRaftVersion: 1 } },
    kraftVoters: {
      type: 'kraftVoters',
      version: 0,
      value: { voters: [{ ...voter(2, directoryId), endpoints, kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 } }] },
    },
  }

  it.each(java.filter(({ format }) => format === 'control').map((entry) => [entry.records, entry] as const))('%s', (name, entry) => {
    const batch = new RecordBatchView(bytesOf(entry))
    expect(validateBatch(batch, 'log')).toBeNull()
    expect(batch).toMatchObject({ isControl: true, count: 1, partitionLeaderEpoch: 42 })
    const [record] = [...records(batch)] as [LogRecord]
    const parsed = parseControlRecord(record)
    expect(parsed).toEqual(expected[name])
    if (parsed.type === 'unknown') throw new Error('unknown type')
    expect(controlRecord<ControlType>(parsed.type, parsed.value, parsed.version)).toEqual({ key: record.key, value: record.value })
  })
})
