import { errorCodes, Fetch, nullUuid, type RequestOf } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import type { RequestContext } from '../dispatch/request-context.ts'
import { type FetchedPartition, fetchRecords } from '../fetch/fetch.ts'
import { type FetchPartition, type FetchSession, partitionKey } from '../fetch/fetch-session.ts'
import type { FetchScope } from '../fetch/fetch-sessions.ts'
import { refuseZstd } from '../fetch/refuse-zstd.ts'
import { resolveTopic } from './resolve-topic.ts'

type Request = RequestOf<typeof Fetch>

const topicIdsSince = 13
const zstdSince = 10

/**
 * Fetch v4-18: batches from an offset on, as they lie on disk.
 * Kept: long polls, limits by partition and request with the first batch always whole (KIP-74), incremental sessions (v7, KIP-227),
 * leader epochs (v9, KIP-320; v12, KIP-595), topic ids (v13, KIP-516), zstd only from v10 (KIP-110).
 * Left out: v0-3, which carry the older formats; followers, of which a single broker has none (v15, v17, v18 bring fields for them alone).
 */
export const fetch = handler(Fetch, { versions: [4, 18] }, async (request, context) => {
  const scope = beginSession(request, context)
  if (scope.kind === 'error') return { errorCode: errorCodes[scope.error], sessionId: 0, responses: [] }
  const answers = await fetchAll(request, scope.partitions, context)
  const session = scope.session
  const told = answers.filter(({ asked, answer }) => mustTell(scope, asked, answer))
  return { errorCode: 0, sessionId: session?.id ?? 0, responses: groupByTopic(told, request.isolationLevel === 1) }
})

interface Answered {
  readonly asked: FetchPartition
  readonly answer: FetchedPartition
}

function beginSession(request: Request, { apiVersion, broker }: RequestContext): FetchScope {
  return broker.fetchSessions.begin({
    sessionId: request.sessionId,
    epoch: request.sessionEpoch,
    usesTopicIds: apiVersion >= topicIdsSince,
    partitions: request.topics.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((asked) => ({ ...asked, topic, topicId, maxBytes: asked.partitionMaxBytes })),
    ),
    forgotten: request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((partition) => partitionKey({ topic, topicId, partition })),
    ),
  })
}

async function fetchAll(request: Request, partitions: readonly FetchPartition[], context: RequestContext): Promise<Answered[]> {
  const { apiVersion, broker, connection } = context
  const image = broker.image()
  const resolved = partitions.map((asked) => {
    const topic = { name: asked.topic, topicId: asked.topicId }
    return { asked, ...resolveTopic(image, topic, apiVersion >= topicIdsSince) }
  })
  const known = resolved.flatMap(({ asked, found }) => (found === undefined ? [] : [{ ...asked, topicId: found.id }]))
  const maxBytes = Math.min(request.maxBytes, broker.config.fetchMaxBytes)
  const fetched = await fetchRecords(
    {
      positions: known,
      isolation: request.isolationLevel === 1 ? 'committed' : 'uncommitted',
      minBytes: request.minBytes,
      maxBytes,
      maxWaitMs: request.maxWaitMs,
      answerAtOnce: known.length < resolved.length,
    },
    { ...broker, memory: broker.answerMemory, whenWritten: context.whenWritten },
    connection.closed,
  )
  const answers = fetched.values()
  return resolved.map(({ asked, error, found }) => {
    if (found === undefined) return { asked, answer: { ...nothing, error } }
    const answer = answers.next().value!
    return { asked, answer: apiVersion < zstdSince ? refuseZstd(answer) : answer }
  })
}

const nothing: Omit<FetchedPartition, 'error'> = {
  readableBytes: 0,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  divergingEpoch: null,
  isSyncPending: false,
  records: Buffer.alloc(0),
}

/** A full fetch names every partition, an incremental one only those with news. */
function mustTell(scope: Exclude<FetchScope, { kind: 'error' }>, asked: FetchPartition, answer: FetchedPartition): boolean {
  const news = {
    error: answer.error,
    hasRecords: answer.records.length > 0,
    diverging: answer.divergingEpoch !== null,
    highWatermark: answer.highWatermark,
    logStartOffset: answer.logStartOffset,
  }
  const isNews = (session: FetchSession | undefined): boolean => session?.tell(partitionKey(asked), news) ?? true
  return isNews(scope.session) || scope.kind === 'full'
}

/** Topics and partitions in the order in which they were served. */
function groupByTopic(answers: readonly Answered[], committed: boolean) {
  const topics = new Map<string, { topic: string; topicId: string; partitions: ReturnType<typeof toPartition>[] }>()
  for (const { asked, answer } of answers) {
    const key = asked.topicId === nullUuid ? asked.topic : asked.topicId
    let group = topics.get(key)
    if (group === undefined) {
      group = { topic: asked.topic, topicId: asked.topicId, partitions: [] }
      topics.set(key, group)
    }
    group.partitions.push(toPartition(asked.partition, answer, committed))
  }
  return [...topics.values()]
}

function toPartition(partitionIndex: number, answer: FetchedPartition, committed: boolean) {
  const { error, highWatermark, lastStableOffset, logStartOffset, divergingEpoch, records } = answer
  return {
    partitionIndex,
    errorCode: errorCodes[error],
    highWatermark,
    lastStableOffset,
    logStartOffset,
    ...(divergingEpoch === null ? {} : { divergingEpoch }),
    // No transactions, so none was aborted; null stands for a reader that did not ask (Kafka).
    abortedTransactions: committed ? [] : null,
    records,
  }
}
