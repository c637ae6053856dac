/**
 * Micro-benchmark of the codecs: run it with `node -C @logan/source packages/protocol/bench/codec.bench.ts`.
 *
 * Prints microseconds per operation, the best of several rounds, for the compiled codec and for the interpreted one that lost.
 * Numbers with machine and date are in docs/design/0001-protocol.md.
 */
import { decodeRequest, encodeRequest, encodeResponseFrame, Fetch, Metadata, Produce } from '@logan/protocol'
import { compileDecoder, compileEncoder } from '../src/schema/compile.ts'
import { type Decode, type Encode, interpretDecoder, interpretEncoder } from '../src/schema/interpret.ts'
import type { MessageSchema } from '../src/schema/message.ts'
import { planMessage } from '../src/schema/plan.ts'
import { Reader } from '../src/wire/reader.ts'
import { Writer } from '../src/wire/writer.ts'

const partitions = Array.from({ length: 12 }, (_, index) => index)
const records = Buffer.alloc(16_384, 7)
const topicId = 'vPyDNo6VRtqCpqmUTzEOBw'

const produceRequest = {
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ name: 'orders', topicId, partitionData: partitions.map((index) => ({ index, records })) }],
}

const fetchResponse = {
  responses: [
    {
      topic: 'orders',
      topicId,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        highWatermark: 1_234_567 + partitionIndex,
        lastStableOffset: 1_234_567 + partitionIndex,
        logStartOffset: 0,
        abortedTransactions: null,
        records,
      })),
    },
  ],
}

const metadataResponse = {
  brokers: [{ nodeId: 1, host: 'broker-1.example.com', port: 9092 }],
  clusterId: topicId,
  controllerId: 1,
  topics: Array.from({ length: 100 }, (_, i) => ({
    name: `topic-${i}`,
    topicId,
    partitions: partitions.map((partitionIndex) => ({ partitionIndex, leaderId: 1, leaderEpoch: 3, replicaNodes: [1], isrNodes: [1] })),
  })),
}

function microsecondsPerRun(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 15; round++) {
    const runs = 2_000
    const start = process.hrtime.bigint()
    for (let i = 0; i < runs; i++) run()
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1_000 / runs)
  }
  return best
}

function report(what: string, run: () => unknown): void {
  console.log(`${what.padEnd(60)} ${microsecondsPerRun(run).toFixed(2).padStart(8)} us`)
}

function joined(bytes: Uint8Array | Uint8Array[]): Buffer {
  return Array.isArray(bytes) ? Buffer.concat(bytes) : Buffer.from(bytes)
}

function compareDecoders(what: string, schema: MessageSchema<any>, version: number, bytes: Uint8Array): void {
  const plan = planMessage(schema, version)
  const variants: [string, Decode][] = [
    ['compiled', compileDecoder(plan)],
    ['interpreted', interpretDecoder(plan)],
  ]
  for (const [name, decode] of variants) report(`decode ${what}, ${name}`, () => decode(new Reader(bytes)))
}

function compareEncoders(what: string, schema: MessageSchema<any>, version: number, message: unknown): void {
  const plan = planMessage(schema, version)
  const encodeWith = (encode: Encode) => () => {
    const writer = new Writer()
    encode(writer, message)
    return writer.finish()
  }
  report(`encode ${what}, compiled`, encodeWith(compileEncoder(plan)))
  report(`encode ${what}, interpreted`, encodeWith(interpretEncoder(plan)))
}

for (const version of [3, 9, 13]) {
  const bytes = joined(encodeRequest(Produce.key, version, produceRequest))
  report(`decodeRequest Produce v${version}, 12 partitions`, () => decodeRequest(Produce.key, version, bytes))
}
compareDecoders('Produce v13 request', Produce.request, 13, joined(encodeRequest(Produce.key, 13, produceRequest)))

for (const version of [4, 12, 18]) {
  report(`encodeResponseFrame Fetch v${version}, 12 partitions`, () => encodeResponseFrame(Fetch.key, version, 1, fetchResponse))
}
compareEncoders('Fetch v18 response', Fetch.response, 18, fetchResponse)
compareEncoders('Metadata v13 response, 100 topics of 12 partitions', Metadata.response, 13, metadataResponse)

const cold = process.hrtime.bigint()
compileDecoder(planMessage(Fetch.request, 18))
console.log(`making the decoder of Fetch v18 requests: ${Number(process.hrtime.bigint() - cold) / 1_000} us`)
