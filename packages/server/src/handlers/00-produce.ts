import { BATCH_OVERHEAD, codecs, errorCodes, Produce, RecordBatchView, type RequestOf } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import { CloseConnection, type RequestContext } from '../dispatch/request-context.ts'
import { refused } from '../partition/partition.ts'
import type { AppendAnswer } from '../shard/commands.ts'
import { resolveTopic } from './resolve-topic.ts'

type Request = RequestOf<typeof Produce>
type TopicData = Request['topicData'][number]

/** The first version that may carry zstd (KIP-110) and topic ids (KIP-516). */
const zstdSince = 7
const topicIdsSince = 13

/**
 * Produce v3-13: appends one batch of magic 2 to each partition named.
 * Kept: acks 0, 1 and all; idempotent producers; record errors (v8, KIP-467); topic ids (v13).
 * Left out: transactions. v0-2 carry the older formats: advertised for KAFKA-18659 alone, and refused.
 */
export const produce = handler(Produce, { versions: [3, 13], overlaps: true }, async (request, context) => {
  const { acks } = request
  const topics = request.topicData.map((topic) => ({ topic, answers: post(topic, request, context) }))
  const responses = await Promise.all(
    topics.map(async ({ topic, answers }) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitionResponses: await Promise.all(answers.map(async ({ index, answer }) => toResponse(index, await answer))),
    })),
  )
  if (acks !== 0) return { responses, throttleTimeMs: 0 }
  const failed = responses.flatMap(({ partitionResponses }) => partitionResponses).find(({ errorCode }) => errorCode !== 0)
  // The client awaits no answer; closing is the only way to tell it (as Kafka does).
  if (failed !== undefined) throw new CloseConnection(`Produce with acks=0 failed with error code ${failed.errorCode}`)
  return null
})

interface Posted {
  readonly index: number
  readonly answer: Promise<AppendAnswer>
}

/** Posts every append before anything is awaited: posting order is log order. */
function post(topic: TopicData, { acks, timeoutMs }: Request, { apiVersion, broker }: RequestContext): Posted[] {
  const { error, found } = resolveTopic(broker.image(), topic, apiVersion >= topicIdsSince)
  return topic.partitionData.map(({ index, records }) => {
    if (found === undefined) return { index, answer: Promise.resolve(refused(error)) }
    const refusal = refusalBefore(records, acks, apiVersion)
    if (refusal !== null) return { index, answer: Promise.resolve(refusal) }
    return { index, answer: broker.shards.toOwner({ kind: 'append', topicId: found.id, partition: index, records, acks, timeoutMs }) }
  })
}

/** What can be refused without asking the partition. */
function refusalBefore(records: Buffer | null, acks: number, apiVersion: number): AppendAnswer | null {
  if (acks < -1 || acks > 1) return refused('INVALID_REQUIRED_ACKS')
  if (apiVersion < zstdSince && records !== null && isZstd(records)) {
    return refused('UNSUPPORTED_COMPRESSION_TYPE', `Produce v${apiVersion} cannot carry zstd: it needs v${zstdSince} or later`)
  }
  return null
}

/** Whether the batch is compressed by zstd. Garbage is not: the partition's check says what is wrong with it. */
function isZstd(records: Buffer): boolean {
  return records.length >= BATCH_OVERHEAD && new RecordBatchView(records).codec === codecs.zstd
}

function toResponse(index: number, settled: AppendAnswer) {
  return {
    index,
    errorCode: errorCodes[settled.error],
    baseOffset: settled.baseOffset,
    logAppendTimeMs: settled.logAppendTimeMs,
    logStartOffset: settled.logStartOffset,
    recordErrors: settled.recordErrors.map(({ batchIndex, message }) => ({ batchIndex, batchIndexErrorMessage: message })),
    errorMessage: settled.errorMessage,
  }
}
