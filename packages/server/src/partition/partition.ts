import type { Clock } from '@logan/common'
import { AppendRefused, type AppendResult, type CheckedBatch, CorruptRange, type Log, LogFailed, OffsetOutOfRange } from '@logan/storage'
import type { TopicSettings } from '../config/topic-config.ts'
import type {
  Append,
  AppendAnswer,
  DeleteRecordsAnswer,
  EpochEndOffsetAnswer,
  FetchPosition,
  Isolation,
  ListOffset,
  ListOffsetAnswer,
  PeekAnswer,
  ReadAnswer,
  ReadPosition,
} from '../shard/commands.ts'
import { AppendQueue, type Verdict } from './append-queue.ts'
import { checkLeaderEpoch } from './leader-epoch-fence.ts'
import { PendingAcks } from './pending-acks.ts'
import { Waiters } from './waiters.ts'

/** Appends of one partition that may wait for a check or a sync. Connections bound what they have in flight long before this. */
const pendingLimit = 16_384

export interface PartitionOptions {
  readonly topic: string
  readonly index: number
  readonly log: Log
  readonly leaderEpoch: number
  readonly settings: TopicSettings
  readonly clock: Clock
}

/**
 * One partition on its leader: what is appended, what is visible, who is told. Owned by one shard and touched by no other thread.
 * Knows neither API versions nor connections.
 *
 * What a reader may see ends at the high watermark. In `flush.mode=sync` that is the durable offset, so that nobody sees
 * what a power cut could take back; in `os` it is the log end, as on a single Apache Kafka.
 */
export class Partition {
  readonly topic: string
  readonly index: number
  readonly log: Log
  readonly waiters = new Waiters()
  #leaderEpoch: number
  #settings: TopicSettings
  #highWatermark: number
  #gone = false
  readonly #appends = new AppendQueue(pendingLimit)
  readonly #acks: PendingAcks

  constructor(options: PartitionOptions) {
    this.topic = options.topic
    this.index = options.index
    this.log = options.log
    this.#acks = new PendingAcks(options.clock, pendingLimit)
    this.#settings = options.settings
    this.#leaderEpoch = options.leaderEpoch
    this.#highWatermark = this.#visibleEnd()
    this.log.onDurable = () => this.#durableMoved()
    this.log.leaderEpochs.assign(options.leaderEpoch, this.log.logEndOffset)
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Equal to the high watermark until there are transactions. */
  get lastStableOffset(): number {
    return this.#highWatermark
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  /** Takes a new image's view of this partition. */
  update(leaderEpoch: number, settings: TopicSettings): void {
    if (leaderEpoch > this.#leaderEpoch) {
      this.#leaderEpoch = leaderEpoch
      this.log.leaderEpochs.assign(leaderEpoch, this.log.logEndOffset)
    }
    this.#settings = settings
    this.log.config = settings.log
    this.#raiseHighWatermark()
  }

  append(command: Append): Promise<AppendAnswer> {
    if (command.acks === -1 && this.#settings.minInsyncReplicas > 1) return Promise.resolve(refused('NOT_ENOUGH_REPLICAS'))
    if (this.#appends.full || this.#acks.full)
      return Promise.resolve(refused('REQUEST_TIMED_OUT', 'too many appends of this partition are waiting'))
    return new Promise((resolve) => {
      this.#appends.enter(
        () => this.log.check(command.records, 'client'),
        (verdict) => resolve(this.#take(verdict, command)),
      )
    })
  }

  /** What a fetch at this position would get, without holding anything. */
  peek(position: FetchPosition, isolation: Isolation): PeekAnswer {
    const fenced = checkLeaderEpoch(position.currentLeaderEpoch, this.#leaderEpoch)
    if (fenced !== 'NONE') return this.#peeked(fenced, 0)
    const truncation = this.#truncation(position)
    if (truncation !== null) return truncation
    const { error, range } = this.read({ ...position, minOneBatch: true }, isolation)
    const readableBytes = range?.sizeInBytes ?? 0
    range?.release()
    return this.#peeked(error, readableBytes)
  }

  /** A range that begins with the batch holding the offset; pinned until released. */
  read(position: ReadPosition, isolation: Isolation): ReadAnswer {
    const limitOffset = isolation === 'committed' ? this.lastStableOffset : this.#highWatermark
    try {
      const { fetchOffset: offset, maxBytes, minOneBatch } = position
      return { error: 'NONE', range: this.log.read({ offset, maxBytes, limitOffset, minOneBatch }) }
    } catch (error) {
      if (error instanceof OffsetOutOfRange) return { error: 'OFFSET_OUT_OF_RANGE', range: null }
      return { error: this.#errorOf(error), range: null }
    }
  }

  async listOffset({ query, currentLeaderEpoch, isolation }: ListOffset): Promise<ListOffsetAnswer> {
    const fenced = checkLeaderEpoch(currentLeaderEpoch, this.#leaderEpoch)
    if (fenced !== 'NONE') return unknownOffset(fenced)
    if (query !== 'earliest') await this.#appendedIsVisible()
    const limitOffset = isolation === 'committed' ? this.lastStableOffset : this.#highWatermark
    if (query === 'latest') return { error: 'NONE', offset: limitOffset, timestampMs: -1, leaderEpoch: this.#leaderEpoch }
    if (query === 'earliest') {
      const offset = this.log.logStartOffset
      return { error: 'NONE', offset, timestampMs: -1, leaderEpoch: this.log.leaderEpochs.epochForOffset(offset) ?? this.#leaderEpoch }
    }
    try {
      const found =
        query === 'maxTimestamp'
          ? await this.log.offsetOfMaxTimestamp(limitOffset)
          : await this.log.offsetForTimestamp(query.timestampMs, limitOffset)
      return found === null ? unknownOffset('NONE') : { error: 'NONE', ...found }
    } catch (error) {
      return unknownOffset(this.#errorOf(error))
    }
  }

  async deleteRecords(beforeOffset: number): Promise<DeleteRecordsAnswer> {
    await this.#appendedIsVisible()
    const target = beforeOffset === -1 ? this.#highWatermark : beforeOffset
    if (target < 0 || target > this.#highWatermark) return { error: 'OFFSET_OUT_OF_RANGE', lowWatermark: -1 }
    try {
      if (target > this.log.logStartOffset) await this.log.setLogStartOffset(target)
    } catch (error) {
      return { error: this.#errorOf(error), lowWatermark: -1 }
    }
    this.waiters.wakeAll()
    return { error: 'NONE', lowWatermark: this.log.logStartOffset }
  }

  epochEndOffset(currentLeaderEpoch: number, leaderEpoch: number): EpochEndOffsetAnswer {
    const fenced = checkLeaderEpoch(currentLeaderEpoch, this.#leaderEpoch)
    if (fenced !== 'NONE') return { error: fenced, leaderEpoch: -1, endOffset: -1 }
    return { error: 'NONE', ...this.log.leaderEpochs.endOffsetFor(leaderEpoch, this.log.logEndOffset) }
  }

  applyRetention(): void {
    const before = this.log.logStartOffset
    this.log.applyRetention()
    if (this.log.logStartOffset !== before) this.waiters.wakeAll()
  }

  /** The topic was deleted or the broker stops: everyone who waits here is answered. */
  leave(): void {
    this.#gone = true
    this.#acks.settleAll('gone')
    this.waiters.wakeAll()
  }

  /** A log that ended because its topic was deleted is no fault of the disk. */
  #errorOf(error: unknown): ReturnType<typeof errorOfLog> | 'UNKNOWN_TOPIC_OR_PARTITION' {
    const known = errorOfLog(error)
    return this.#gone ? 'UNKNOWN_TOPIC_OR_PARTITION' : known
  }

  #take(verdict: Verdict, command: Append): AppendAnswer | Promise<AppendAnswer> {
    if (this.#gone) return refused('UNKNOWN_TOPIC_OR_PARTITION')
    if ('refusal' in verdict) return refusalOf(verdict.refusal)
    return this.#write(verdict.batch, command)
  }

  #write(batch: CheckedBatch, { acks, timeoutMs }: Append): AppendAnswer | Promise<AppendAnswer> {
    let result: AppendResult
    try {
      result = this.log.append(batch, this.#leaderEpoch)
    } catch (error) {
      return refusalOf(error)
    }
    this.#raiseHighWatermark()
    const answer = { ...accepted(result), logStartOffset: this.log.logStartOffset }
    if (this.#settings.log.flushMode === 'os') return answer
    this.#scheduleSync()
    const endOffset = result.lastOffset + 1
    // A duplicate is answered with its first offset only once that is durable, whatever acks says.
    if (acks !== -1 && result.kind === 'appended') return answer
    if (endOffset <= this.log.durableOffset) return answer
    return this.#acks.wait(endOffset, timeoutMs).then((outcome) => (outcome === 'durable' ? answer : refused(errorOfOutcome[outcome])))
  }

  #scheduleSync(): void {
    // The log has said why; it takes no more appends.
    this.log.durable(this.log.logEndOffset).catch(() => {
      this.#acks.settleAll('failed')
      // Readers that waited for this sync wait in vain.
      this.waiters.wakeAll()
    })
  }

  #durableMoved(): void {
    this.#raiseHighWatermark()
    this.#acks.advance(this.log.durableOffset)
  }

  /**
   * Resolves when what was appended so far may be seen, or never will be. Under `acks=1` a client is answered before that; on Apache Kafka
   * its next question for the end of the log counts what it wrote, and so it does here, a sync later.
   */
  async #appendedIsVisible(): Promise<void> {
    if (this.#visibleEnd() >= this.log.logEndOffset || this.log.failure !== undefined) return
    // A failed sync is told to those whose records it lost; a reader goes on with what is there.
    await this.log.durable(this.log.logEndOffset).catch(() => undefined)
  }

  #visibleEnd(): number {
    return this.#settings.log.flushMode === 'os' ? this.log.logEndOffset : this.log.durableOffset
  }

  /** The high watermark never goes back. */
  #raiseHighWatermark(): void {
    const end = this.#visibleEnd()
    if (end <= this.#highWatermark) return
    this.#highWatermark = end
    this.waiters.wakeAll()
  }

  /** What a reader is told whose log may have gone other ways than this one (KIP-595); null when it may read on. */
  #truncation({ lastFetchedEpoch, fetchOffset }: FetchPosition): PeekAnswer | null {
    if (lastFetchedEpoch < 0) return null
    const { leaderEpoch: epoch, endOffset } = this.log.leaderEpochs.endOffsetFor(lastFetchedEpoch, this.log.logEndOffset)
    if (epoch < 0 || fetchOffset < this.log.logStartOffset) return this.#peeked('OFFSET_OUT_OF_RANGE', 0)
    if (epoch === lastFetchedEpoch && endOffset >= fetchOffset) return null
    return { ...this.#peeked('NONE', 0), divergingEpoch: { epoch, endOffset } }
  }

  #peeked(error: PeekAnswer['error'], readableBytes: number): PeekAnswer {
    return {
      error,
      readableBytes,
      highWatermark: this.#highWatermark,
      lastStableOffset: this.lastStableOffset,
      logStartOffset: this.log.logStartOffset,
      divergingEpoch: null,
      isSyncPending: this.#highWatermark < this.log.logEndOffset && this.log.failure === undefined,
    }
  }
}

const errorOfOutcome = { failed: 'KAFKA_STORAGE_ERROR', gone: 'UNKNOWN_TOPIC_OR_PARTITION', late: 'REQUEST_TIMED_OUT' } as const

function accepted(result: AppendResult): Omit<AppendAnswer, 'logStartOffset'> {
  return { error: 'NONE', errorMessage: null, recordErrors: [], baseOffset: result.baseOffset, logAppendTimeMs: result.logAppendTimeMs }
}

/** An append that was not done, as Kafka answers it. */
export function refused(
  error: AppendAnswer['error'],
  errorMessage: string | null = null,
  recordErrors: AppendAnswer['recordErrors'] = [],
): AppendAnswer {
  return { error, errorMessage, recordErrors, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
}

function refusalOf(error: unknown): AppendAnswer {
  if (error instanceof AppendRefused) return refused(error.error, error.message, error.recordErrors)
  if (error instanceof LogFailed) return refused('KAFKA_STORAGE_ERROR', error.message)
  throw error
}

/** What a client is told when a log cannot give what it should; anything else that is thrown is a bug. */
function errorOfLog(error: unknown): 'KAFKA_STORAGE_ERROR' | 'CORRUPT_MESSAGE' {
  if (error instanceof LogFailed) return 'KAFKA_STORAGE_ERROR'
  if (error instanceof CorruptRange) return 'CORRUPT_MESSAGE'
  throw error
}

export function unknownOffset(error: ListOffsetAnswer['error']): ListOffsetAnswer {
  return { error, offset: -1, timestampMs: -1, leaderEpoch: -1 }
}
