import { apis, groupRecords, metadataRecords, shareStateRecords, transactionRecords } from '@logan/protocol'
import { expect, it } from 'vitest'
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../src/apis/consumer-protocol.ts'
import { DefaultPrincipalData } from '../src/apis/default-principal.ts'
import { RequestHeaderSchema, ResponseHeaderSchema } from '../src/header.ts'
import { AbortedTxn, ControlRecordTypeSchema, EndTxnMarker } from '../src/internal-records/control-records.ts'
import { defaultOf } from '../src/schema/defaults.ts'
import type { Field, Shape } from '../src/schema/field.ts'
import type { MessageSchema } from '../src/schema/message.ts'
import { intersect, type OfficialField, type OfficialMessage, parseRange, type Range, readDefinitions } from './upstream-definitions.ts'

// Compares every declaration with Apache Kafka's own definitions: names and order of fields, types, versions, nullability, defaults, tags,
// ignorable, ranges. Both sides are brought to one form first, in which versions are those in which a field can really appear.

const directory = process.env.LOGAN_KAFKA_DEFINITIONS

interface Comparable {
  readonly key: number | null
  readonly versions: Range | null
  readonly flexible: Range | null
  readonly fields: ComparableField[]
}

interface ComparableField {
  readonly name: string
  readonly type: string
  readonly versions: Range | null
  readonly nullable: Range | null
  readonly tag: number | null
  readonly default: string
  readonly ignorable: boolean
  readonly fields: ComparableField[]
}

/** Our declarations under Kafka's names. */
const ours: Record<string, { readonly key: number | null; readonly schema: MessageSchema<any> }> = {
  ...Object.fromEntries(
    Object.values(apis).flatMap(({ name, key, request, response }) => [
      [`${name}Request`, { key, schema: request }],
      [`${name}Response`, { key, schema: response }],
    ]),
  ),
  ...Object.fromEntries(Object.values(metadataRecords).map(({ name, apiKey, schema }) => [name, { key: apiKey, schema }])),
  ...Object.fromEntries(
    [groupRecords, transactionRecords, shareStateRecords].flatMap((table) =>
      Object.values(table).flatMap(({ name, type, key, value }) => [
        [`${name}Key`, { key: type, schema: key }],
        [`${name}Value`, { key: type, schema: value }],
      ]),
    ),
  ),
  RequestHeader: { key: null, schema: RequestHeaderSchema },
  ResponseHeader: { key: null, schema: ResponseHeaderSchema },
  ConsumerProtocolSubscription: { key: null, schema: ConsumerProtocolSubscription },
  ConsumerProtocolAssignment: { key: null, schema: ConsumerProtocolAssignment },
  DefaultPrincipalData: { key: null, schema: DefaultPrincipalData },
  ControlRecordTypeSchema: { key: null, schema: ControlRecordTypeSchema },
  EndTxnMarker: { key: null, schema: EndTxnMarker },
  AbortedTxn: { key: null, schema: AbortedTxn },
}

it("every declaration agrees with Apache Kafka's own definition", ({ skip }) => {
  if (!directory) return skip('LOGAN_KAFKA_DEFINITIONS names no directory with definitions')
  const official = readDefinitions(directory)
  expect(Object.keys(ours).sort()).toEqual([...official.keys()].sort())
  for (const [name, { key, schema }] of Object.entries(ours)) {
    expect.soft(fromOurs(key, schema), name).toEqual(fromOfficial(official.get(name)!))
  }
  for (const { name, versions, stableVersions } of Object.values(apis)) {
    if (official.get(`${name}Request`)!.latestVersionUnstable !== true) continue
    expect.soft(stableVersions === null || stableVersions[1] < versions[1], `${name} advertises an unstable version`).toBe(true)
  }
})

function fromOfficial(message: OfficialMessage): Comparable {
  const versions = parseRange(message.validVersions)
  const structs = new Map(message.commonStructs?.map((struct) => [struct.name, struct]))

  function fields(list: readonly OfficialField[], around: Range | null): ComparableField[] {
    return list.map((field) => convert(field, around))
  }

  function convert(field: OfficialField, around: Range | null): ComparableField {
    const element = field.type.replace('[]', '')
    const inside = field.fields ?? structs.get(element)?.fields
    const own = intersect(parseRange(field.versions ?? field.taggedVersions), around)
    const type = field.type.replace(element, inside === undefined ? element : 'struct')
    return {
      name: field.name[0]!.toLowerCase() + field.name.slice(1),
      type,
      versions: own,
      nullable: intersect(parseRange(field.nullableVersions), own),
      tag: field.tag ?? null,
      default: officialDefault(field.default, type),
      ignorable: field.ignorable ?? false,
      fields: inside === undefined ? [] : fields(inside, own),
    }
  }

  return {
    key: message.apiKey ?? null,
    versions,
    flexible: intersect(parseRange(message.flexibleVersions), versions),
    fields: fields(message.fields, versions),
  }
}

/** Kafka's generator takes JSON's null for no default at all, and the text `null` for null. */
function officialDefault(value: OfficialField['default'], type: string): string {
  if (value === 'null') return 'null'
  if (type.startsWith('[]')) return '[]'
  if (type === 'struct') return 'struct'
  if (type === 'records') return 'null'
  if (type === 'bytes') return 'empty'
  if (type === 'uuid') return 'AAAAAAAAAAAAAAAAAAAAAA'
  if (type === 'string') return String(value ?? '')
  if (type === 'bool') return String(value ?? false)
  return String(BigInt(String(value ?? 0)))
}

function fromOurs(key: number | null, { versions, flexibleFrom, fields }: MessageSchema<any>): Comparable {
  return {
    key,
    versions,
    flexible: flexibleFrom === null ? null : [flexibleFrom, versions[1]],
    fields: convertShape(fields, versions),
  }
}

function convertShape(shape: Shape, around: Range | null): ComparableField[] {
  return Object.entries(shape).map(([name, field]) => convertField(name, field, around))
}

function convertField(name: string, field: Field<any>, around: Range | null): ComparableField {
  const { spec } = field
  const own = intersect([spec.since, spec.until], around)
  const shape = spec.shape ?? spec.element?.spec.shape
  const kind = (spec.element?.spec.kind ?? spec.kind).replace('bigint64', 'int64')
  return {
    name,
    type: spec.kind === 'array' ? `[]${kind}` : kind,
    versions: own,
    nullable: intersect(spec.nullable === undefined ? null : [spec.nullable.from, spec.nullable.until], own),
    tag: spec.tag ?? null,
    default: ourDefault(field),
    ignorable: spec.ignorable,
    fields: shape === undefined ? [] : convertShape(shape, own),
  }
}

function ourDefault(field: Field<any>): string {
  const value: unknown = defaultOf(field)
  if (value === null) return 'null'
  if (Buffer.isBuffer(value)) return 'empty'
  if (Array.isArray(value)) return '[]'
  return typeof value === 'object' ? 'struct' : String(value as string | number | bigint | boolean)
}
