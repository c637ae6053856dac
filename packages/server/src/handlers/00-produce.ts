import { errorCodes, Produce, RecordBatchView, type RequestOf } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import { CloseConnection, type RequestContext } from '../dispatch/request-context.ts'
import { refused } from '../partition/partition.ts'
import type { AppendAnswer } from '../shard/commands.ts'
import { resolveTopic } from './resolve-topic.ts'

type TopicData = RequestOf<typeof Produce>['topicData'][number]

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
  const topics = request.topicData.map((topic) => ({ topic, answers: post(topic, acks, context) }))
  const responses = await Promise.all(
    topics.map(async ({ topic, answers }) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitionResponses: (await withTimeout(answers, request.timeoutMs, context)).map(toResponse),
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
function post(topic: TopicData, acks: number, { apiVersion, broker }: RequestContext): Posted[] {
  const { error, found } = resolveTopic(broker.image(), topic, apiVersion >= topicIdsSince)
  return topic.partitionData.map(({ index, records }) => {
    const refusal = found === undefined ? refused(error) : refusalBefore(records, acks, apiVersion)
    const answer = refusal !== null ? Promise.resolve(refusal) : broker.shards.toOwner({ kind: 'append', topicId: found!.id, partition: index, records, acks })
    return { index, answer }
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

/** Whether any batch in the set is compressed by zstd. Garbage is not: the partition's check says what is wrong with it. */
function isZstd(records: Buffer): boolean {
  if (records.length < RecordBatchView.headerSize) return false
  return new RecordBatchView(records, 0).codec === 'zstd'
}

/** The answers in order; those that are not there when `timeoutMs` is over become REQUEST_TIMED_OUT, though their append stands. */
async function withTimeout(posted: readonly Posted[], timeoutMs: number, { broker }: RequestContext): Promise<(Posted & { settled: AppendAnswer })[]> {
  let cancel = (): void => {}
  const timedOut = new Promise<AppendAnswer>((resolve) => {
    const timer = broker.clock.setTimer(timeoutMs, () => resolve(refused('REQUEST_TIMED_OUT')))
    cancel = () => timer.cancel()
  })
  try {
    return await Promise.all(posted.map(async (one) => ({ ...one, settled: await Promise.race([one.answer, timedOut]) })))
  } finally {
    cancel()
  }
}

function toResponse({ index, settled }: Posted & { settled: AppendAnswer }) {
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
