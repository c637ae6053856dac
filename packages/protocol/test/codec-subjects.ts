import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../src/apis/consumer-protocol.ts'
import { DefaultPrincipalData } from '../src/apis/default-principal.ts'
import { apis } from '../src/apis/index.ts'
import { RequestHeaderSchema, ResponseHeaderSchema } from '../src/header.ts'
import { AbortedTxn, ControlRecordTypeSchema, EndTxnMarker } from '../src/internal-records/control-records.ts'
import { groupRecords, shareStateRecords, transactionRecords } from '../src/internal-records/coordinator-records.ts'
import { metadataRecords } from '../src/internal-records/metadata-records.ts'
import type { MessageSchema } from '../src/schema/message.ts'

const coordinatorRecords = [groupRecords, transactionRecords, shareStateRecords].flatMap((table) => Object.values(table))

/** Every declaration of the package. */
export const allSchemas: readonly MessageSchema<any>[] = [
  RequestHeaderSchema,
  ResponseHeaderSchema,
  ...Object.values(apis).flatMap(({ request, response }) => [request, response]),
  ConsumerProtocolSubscription,
  ConsumerProtocolAssignment,
  DefaultPrincipalData,
  ControlRecordTypeSchema,
  EndTxnMarker,
  AbortedTxn,
  ...Object.values(metadataRecords).map(({ schema }) => schema),
  ...coordinatorRecords.flatMap(({ key, value }) => [key, value]),
]
