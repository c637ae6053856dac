import type { Clock, Logger } from '@logan/common'
import { CorruptRange, DiskError } from '@logan/storage'
import type { AwaitProgress, FetchPosition, Isolation, PeekAnswer, ReadAnswer } from '../shard/commands.ts'
import type { ShardClient } from '../shard/shard-client.ts'
import type { AnswerMemory } from './answer-memory.ts'
import { shareBudget } from './budget.ts'

export interface FetchQuery {
  readonly positions: readonly FetchPosition[]
  readonly isolation: Isolation
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxWaitMs: number
  /** True when something is to be answered whatever the partitions have: an unknown topic, for one. */
  readonly answerAtOnce: boolean
}

export interface FetchedPartition extends PeekAnswer {
  readonly records: Buffer
}

interface FetchServices {
  readonly memory: AnswerMemory
  /** Has what gives the answer's memory back called when it is written. */
  readonly whenWritten: (release: () => void) => void
  readonly shards: ShardClient
  readonly clock: Clock
  readonly logger: Logger
}

const noRecords = Buffer.alloc(0)

/**
 * A fetch over any number of shards: sizes first, then the wait, then the budget in request order, then the reads.
 * While it waits it holds no bytes and no pins.
 */
export async function fetchRecords(
  query: FetchQuery,
  { shards, clock, logger, memory, whenWritten }: FetchServices,
  stop: AbortSignal,
): Promise<FetchedPartition[]> {
  const peeks = await peekUntilReady(query, shards, clock, stop)
  const supplies = peeks.map(({ readableBytes }, index) => ({ readableBytes, maxBytes: query.positions[index]!.maxBytes }))
  const allowances = shareBudget(supplies, Math.min(query.maxBytes, memory.freeBytes))
  // Held before the first await, so that fetches that come together do not all see the same room.
  const heldBytes = allowances.reduce((sum, { maxBytes }) => sum + maxBytes, 0)
  whenWritten(memory.hold(heldBytes))
  const granted = query.positions.flatMap((position, index) => {
    const allowance = allowances[index]!
    return allowance.maxBytes === 0 && !allowance.minOneBatch ? [] : [{ index, position: { ...position, ...allowance } }]
  })
  const reads = await shards.read(
    granted.map(({ position }) => position),
    query.isolation,
  )
  const fetched: FetchedPartition[] = peeks.map((peek) => ({ ...peek, records: noRecords }))
  await Promise.all(
    granted.map(async ({ index }, place) => {
      fetched[index] = await materialize(peeks[index]!, reads[place]!, logger)
    }),
  )
  // The first batch may be larger than its share.
  const excessBytes = fetched.reduce((sum, { records }) => sum + records.length, -heldBytes)
  if (excessBytes > 0) whenWritten(memory.hold(excessBytes))
  return fetched
}

/**
 * How long a fetch that would come back empty waits for a sync under way, whatever its own `maxWaitMs`: a client that was answered with
 * acks=1 then finds what it wrote, as on Apache Kafka. Syncs take a few milliseconds; this bounds a disk that hangs.
 */
const syncWaitMsMax = 1000

/** Fetch waits until `minBytes` are there, an error is there to tell, or the time is over. This is where that is decided. */
async function peekUntilReady(query: FetchQuery, shards: ShardClient, clock: Clock, stop: AbortSignal): Promise<PeekAnswer[]> {
  const beginMs = clock.monotonic()
  for (;;) {
    const peeks = await shards.peek(query.positions, query.isolation)
    if (query.answerAtOnce || query.positions.length === 0 || isReady(peeks, query) || stop.aborted) return peeks
    const waitMsMax = isWaitingForSync(peeks) ? Math.max(query.maxWaitMs, syncWaitMsMax) : query.maxWaitMs
    const remainingMs = beginMs + waitMsMax - clock.monotonic()
    if (remainingMs <= 0) return peeks
    await waitForProgress(query, peeks, remainingMs, shards, clock, stop)
  }
}

function isWaitingForSync(peeks: readonly PeekAnswer[]): boolean {
  return peeks.every(({ readableBytes }) => readableBytes === 0) && peeks.some(({ isSyncPending }) => isSyncPending)
}

function isReady(peeks: readonly PeekAnswer[], { minBytes, maxBytes }: FetchQuery): boolean {
  let bytes = 0
  for (const { error, divergingEpoch, readableBytes } of peeks) {
    if (error !== 'NONE' || divergingEpoch !== null) return true
    bytes += readableBytes
  }
  if (bytes === 0 && isWaitingForSync(peeks)) return false
  return bytes >= Math.min(minBytes, maxBytes)
}

async function waitForProgress(
  query: FetchQuery,
  peeks: readonly PeekAnswer[],
  waitMs: number,
  shards: ShardClient,
  clock: Clock,
  stop: AbortSignal,
): Promise<void> {
  const seen: AwaitProgress['seen'] = query.positions.map(({ topicId, partition }, index) => {
    const { highWatermark, logStartOffset } = peeks[index]!
    return { topicId, partition, highWatermark, logStartOffset }
  })
  const waiting = new AbortController()
  const end = (): void => waiting.abort()
  const timer = clock.setTimer(waitMs, end)
  stop.addEventListener('abort', end)
  try {
    await shards.awaitProgress(seen, waiting.signal)
  } finally {
    timer.cancel()
    stop.removeEventListener('abort', end)
  }
}

async function materialize(peek: PeekAnswer, { error, range }: ReadAnswer, logger: Logger): Promise<FetchedPartition> {
  // Between the look and the read the log may have moved on; the read has the last word.
  if (error !== 'NONE') return { ...peek, error, records: noRecords }
  if (range === null) return { ...peek, records: noRecords }
  try {
    return { ...peek, records: await range.bytes() }
  } catch (failure) {
    // One partition that cannot be read does not keep the others from being served.
    if (!(failure instanceof CorruptRange || failure instanceof DiskError)) throw failure
    logger.error({ err: failure }, 'records cannot be read')
    return { ...peek, error: failure instanceof CorruptRange ? 'CORRUPT_MESSAGE' : 'KAFKA_STORAGE_ERROR', records: noRecords }
  } finally {
    range.release()
  }
}
