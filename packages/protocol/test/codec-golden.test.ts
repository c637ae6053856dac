import { readFileSync } from 'node:fs'
import {
  type ApiName,
  apis,
  type CoordinatorRecords,
  decodeCoordinatorRecord,
  decodeMetadataRecord,
  decodeRequestFrame,
  decodeResponseFrame,
  encodeCoordinatorKey,
  encodeCoordinatorValue,
  encodeMetadataRecord,
  encodeRequestFrame,
  encodeResponseFrame,
  groupRecords,
  metadataRecords,
  shareStateRecords,
  transactionRecords,
} from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from '../src/schema/codec.ts'
import type { Shape } from '../src/schema/field.ts'
import type { MessageSchema } from '../src/schema/message.ts'
import { fromJson, type Json, toJson } from './codec-golden-json.ts'

// Bytes of other implementations: see codec-golden/README.md for where they come from. They must be read as Kafka reads them, and be
// written the same from what Kafka has read.

interface GoldenBody {
  readonly from: string
  readonly name: ApiName
  readonly kind: 'request' | 'response'
  readonly version: number
  readonly body: Json
  readonly hex: string
}

interface GoldenFrame extends GoldenBody {
  readonly header: { readonly correlationId: number; readonly clientId?: string | null }
}

interface GoldenRecord {
  readonly topic: string
  readonly name: string
  readonly key?: string
  readonly keyMessage?: Json
  readonly value: string | null
  readonly version?: number
  readonly message?: Json
}

function load<T>(file: string): T[] {
  const text = readFileSync(new URL(`codec-golden/${file}`, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function titled<T extends GoldenBody>(goldens: readonly T[]): [string, T][] {
  return goldens.map((golden) => [`${golden.name} ${golden.kind} v${golden.version} of ${golden.from}`, golden])
}

function hexOf(encoded: Uint8Array | Uint8Array[]): string {
  return Buffer.concat([encoded].flat()).toString('hex')
}

function schemaOf({ name, kind }: GoldenBody): MessageSchema<Shape> {
  return apis[name][kind]
}

describe('frames between real clients and Apache Kafka', () => {
  it.each(titled(load<GoldenFrame>('frames.jsonl')))('%s', (_, golden) => {
    const { name, kind, version, header, hex } = golden
    const bytes = Buffer.from(hex, 'hex')
    const { key } = apis[name]
    const decoded = kind === 'request' ? decodeRequestFrame(bytes) : decodeResponseFrame(key, version, bytes)
    expect(decoded.header).toMatchObject(
      kind === 'request' ? { apiKey: key, apiVersion: version, correlationId: header.correlationId, clientId: header.clientId } : header,
    )
    expect(toJson(decoded.body)).toMatchObject(golden.body as object)

    const message = fromJson(golden.body, schemaOf(golden).fields)
    const encoded =
      kind === 'request'
        ? encodeRequestFrame(
            { apiKey: key as number, apiVersion: version, correlationId: header.correlationId, clientId: header.clientId ?? null },
            message,
          )
        : encodeResponseFrame(key as number, version, header.correlationId, message)
    expect(hexOf(encoded).slice(8)).toBe(hex)
  })
})

describe('bodies in versions of old', () => {
  it.each(titled(load<GoldenBody>('bodies.jsonl')))('%s', (_, golden) => {
    const schema = schemaOf(golden)
    expect(toJson(decodeMessage(schema, golden.version, Buffer.from(golden.hex, 'hex')))).toMatchObject(golden.body as object)
    expect(hexOf(encodeMessage(schema, golden.version, fromJson(golden.body, schema.fields)))).toBe(golden.hex)
  })
})

describe('records of the cluster metadata', () => {
  const goldens = load<GoldenRecord>('records.jsonl').filter(({ topic }) => topic === '__cluster_metadata')

  it.each(goldens.map((golden) => [`${golden.name} v${golden.version}`, golden] as const))('%s', (_, golden) => {
    const record = decodeMetadataRecord(Buffer.from(golden.value!, 'hex'))
    expect(record).toMatchObject({ name: golden.name, version: golden.version })
    expect(toJson(record.message)).toMatchObject(golden.message as object)
    const message = fromJson(golden.message!, metadataRecords[record.name].schema.fields)
    expect(hexOf(encodeMetadataRecord(record.name, record.version, message))).toBe(golden.value)
  })
})

describe('records of the coordinators', () => {
  const tables: Record<string, CoordinatorRecords> = {
    __consumer_offsets: groupRecords,
    __transaction_state: transactionRecords,
    __share_group_state: shareStateRecords,
  }
  const goldens = load<GoldenRecord>('records.jsonl').filter(({ topic }) => topic in tables)

  it.each(goldens.map((golden) => [`${golden.name} v${golden.version ?? 'none'} of ${golden.topic}`, golden] as const))(
    '%s',
    (_, golden) => {
      const table = tables[golden.topic]!
      const value = golden.value === null ? null : Buffer.from(golden.value, 'hex')
      const record = decodeCoordinatorRecord(table, Buffer.from(golden.key!, 'hex'), value)
      expect(record?.name).toBe(golden.name)
      expect(toJson(record!.key)).toMatchObject(golden.keyMessage as object)
      const declaration = Object.values(table).find(({ name }) => name === golden.name)!
      expect(hexOf(encodeCoordinatorKey(declaration, fromJson(golden.keyMessage!, declaration.key.fields)))).toBe(golden.key)

      if (golden.message === undefined) return expect(record?.value).toBeNull()
      expect(record?.value?.version).toBe(golden.version)
      expect(toJson(record!.value!.message)).toMatchObject(golden.message as object)
      const message = fromJson(golden.message, declaration.value.fields)
      expect(hexOf(encodeCoordinatorValue(declaration, golden.version!, message))).toBe(golden.value)
    },
  )
})
