import { type Logger, unreachable } from '@logan/common'
import { DiskError, type LogCheckpoint } from '@logan/storage'
import type { TopicImage } from '../cluster/image.ts'
import type { TopicSettings } from '../config/topic-config.ts'
import { type Partition, refused, unknownOffset } from '../partition/partition.ts'
import type {
  AnswerTo,
  ApplyImage,
  AwaitProgress,
  DeleteRecordsAnswer,
  EpochEndOffsetAnswer,
  FetchPosition,
  Isolation,
  LogDescription,
  PartitionRef,
  PeekAnswer,
  ReadAnswer,
  ReadPosition,
  ShardCommand,
} from './commands.ts'
import { shardOf } from './placement.ts'

/** Opens, or makes, the log of a partition. Comes in from outside, so that a shard knows no directories. */
export type OpenPartition = (topic: TopicImage, index: number, settings: TopicSettings) => Promise<Partition>

export interface ShardOptions {
  readonly shardId: number
  readonly shardCount: number
  readonly logger: Logger
  readonly settingsOf: (topic: TopicImage, command: ApplyImage) => TopicSettings
  readonly openPartition: OpenPartition
  /** Makes way, keeping the files, for another topic of the same name: the log could not be opened, so it cannot be deleted either. */
  readonly setAside: (topic: TopicImage, index: number) => Promise<void>
}

/** How many logs are opened at once: opening mostly waits for the disk. */
const openConcurrency = 8

/**
 * The actor that owns partitions: commands in, answers out, nothing shared. It begins commands in the order in which they
 * were posted; what must wait (a check, a sync, an opening) goes on without holding up the next command.
 */
export class Shard {
  readonly #options: ShardOptions
  readonly #partitions = new Map<string, Partition | 'offline'>()
  #applied: ApplyImage | undefined

  constructor(options: ShardOptions) {
    this.#options = options
  }

  execute<C extends ShardCommand>(command: C): AnswerTo<C> | Promise<AnswerTo<C>> {
    return this.#run(command) as AnswerTo<C> | Promise<AnswerTo<C>>
  }

  /**
   * Answers everyone who waits, then syncs (unless `durably` is false) and closes the logs.
   * @returns true when every log of the shard was open and is now as its files say, so that the next start needs no scan
   */
  async close({ durably }: { readonly durably: boolean }): Promise<boolean> {
    const partitions = this.#online()
    let isClean = partitions.length === this.#partitions.size
    for (const partition of partitions) partition.leave()
    await forEachLimited(partitions, openConcurrency, async ({ topic, index, log }) => {
      try {
        await log.close({ durably })
        if (log.failure !== undefined) isClean = false
      } catch (error) {
        isClean = false
        this.#options.logger.error(
          { err: error, topic, partition: index },
          'a log could not be closed in order: the next start recovers it',
        )
      }
    })
    return isClean
  }

  #run(command: ShardCommand): AnswerTo<ShardCommand> | Promise<AnswerTo<ShardCommand>> {
    switch (command.kind) {
      case 'applyImage':
        return this.#applyImage(command)
      case 'append':
        return this.#with(
          command,
          (partition) => partition.append(command),
          (error) => refused(error),
        )
      case 'peek':
        return command.positions.map((position) => this.#peek(position, command.isolation))
      case 'read':
        return command.positions.map((position) => this.#read(position, command.isolation))
      case 'awaitProgress':
        return this.#awaitProgress(command)
      case 'listOffset':
        return this.#with(command, (partition) => partition.listOffset(command), unknownOffset)
      case 'deleteRecords':
        return this.#with(command, (partition) => partition.deleteRecords(command.beforeOffset), undeleted)
      case 'epochEndOffset':
        return this.#with(command, (partition) => partition.epochEndOffset(command.currentLeaderEpoch, command.leaderEpoch), unknownEpoch)
      case 'describeLogs':
        return this.#describeLogs(command.partitions)
      case 'applyRetention':
        for (const partition of this.#online()) partition.applyRetention()
        return undefined
      case 'checkpoint':
        return this.#checkpoint()
      default:
        return unreachable(command, 'shard command')
    }
  }

  #peek(position: FetchPosition, isolation: Isolation): PeekAnswer {
    const partition = this.#find(position)
    return typeof partition === 'string' ? unpeeked(partition) : partition.peek(position, isolation)
  }

  #read(position: ReadPosition, isolation: Isolation): ReadAnswer {
    const partition = this.#find(position)
    return typeof partition === 'string' ? { error: partition, range: null } : partition.read(position, isolation)
  }

  #find(ref: PartitionRef): Partition | Absence {
    const partition = this.#partitions.get(keyOf(ref)) ?? 'UNKNOWN_TOPIC_OR_PARTITION'
    return partition === 'offline' ? 'KAFKA_STORAGE_ERROR' : partition
  }

  #with<T>(ref: PartitionRef, use: (partition: Partition) => T | Promise<T>, refuse: (error: Absence) => T): T | Promise<T> {
    const partition = this.#find(ref)
    return typeof partition === 'string' ? refuse(partition) : use(partition)
  }

  #online(): Partition[] {
    return [...this.#partitions.values()].filter((partition) => partition !== 'offline')
  }

  /** Only topics that differ from the image before are looked at: an image of 10,000 topics costs a walk over a map. */
  async #applyImage(command: ApplyImage): Promise<undefined> {
    const { image, config } = command
    const before = this.#applied
    const configChanged = config !== before?.config
    this.#applied = command
    const gone = before === undefined ? [] : [...before.image.topicsById.values()].filter(({ id }) => !image.topicsById.has(id))
    await this.#dropTopics(gone)
    const changed = [...image.topicsById.values()].filter((topic) => configChanged || before?.image.topicsById.get(topic.id) !== topic)
    const faults = await this.#takeTopics(changed, command)
    // At the start the others serve all the same; later whoever asked for the change is told that it is not in force.
    if (before !== undefined && faults.length > 0) throw faults[0]
    return undefined
  }

  async #dropTopics(topics: readonly TopicImage[]): Promise<void> {
    const dropped: Partition[] = []
    for (const topic of topics) {
      for (const ref of this.#owned(topic)) {
        const partition = this.#partitions.get(keyOf(ref))
        this.#partitions.delete(keyOf(ref))
        if (partition === 'offline') await this.#options.setAside(topic, ref.partition)
        if (partition === undefined || partition === 'offline') continue
        partition.leave()
        dropped.push(partition)
      }
    }
    await forEachLimited(dropped, openConcurrency, (partition) => partition.log.delete())
  }

  async #takeTopics(topics: readonly TopicImage[], command: ApplyImage): Promise<DiskError[]> {
    const missing: { topic: TopicImage; index: number; settings: TopicSettings }[] = []
    for (const topic of topics) {
      const settings = this.#options.settingsOf(topic, command)
      for (const ref of this.#owned(topic)) {
        const partition = this.#partitions.get(keyOf(ref))
        if (partition === undefined) missing.push({ topic, index: ref.partition, settings })
        else if (partition !== 'offline') partition.update(topic.partitions[ref.partition]!.leaderEpoch, settings)
      }
    }
    const faults: DiskError[] = []
    await forEachLimited(missing, openConcurrency, async ({ topic, index, settings }) => {
      const fault = await this.#open(topic, index, settings)
      if (fault !== undefined) faults.push(fault)
    })
    return faults
  }

  /** A log that cannot be opened must not take the others with it: its partition answers KAFKA_STORAGE_ERROR until the next start. */
  async #open(topic: TopicImage, index: number, settings: TopicSettings): Promise<DiskError | undefined> {
    const key = keyOf({ topicId: topic.id, partition: index })
    try {
      this.#partitions.set(key, await this.#options.openPartition(topic, index, settings))
      return undefined
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#partitions.set(key, 'offline')
      this.#options.logger.error(
        { err: error, topic: topic.name, partition: index },
        'cannot open the log: the partition is offline until the next start',
      )
      return error
    }
  }

  #owned(topic: TopicImage): PartitionRef[] {
    const { shardId, shardCount } = this.#options
    return topic.partitions
      .map(({ index }) => ({ topicId: topic.id, partition: index }))
      .filter((ref) => shardOf(ref, shardCount) === shardId)
  }

  /** Resolves at once when something moved between the look and the wait. */
  #awaitProgress({ seen, signal }: AwaitProgress): Promise<undefined> {
    return new Promise((resolve) => {
      const partitions: Partition[] = []
      const wake = (): void => {
        signal.removeEventListener('abort', wake)
        for (const partition of partitions) partition.waiters.remove(wake)
        resolve(undefined)
      }
      for (const at of seen) {
        const partition = this.#partitions.get(keyOf(at))
        if (
          partition === undefined ||
          partition === 'offline' ||
          partition.highWatermark !== at.highWatermark ||
          partition.log.logStartOffset !== at.logStartOffset
        ) {
          wake()
          return
        }
        partition.waiters.add(wake)
        partitions.push(partition)
      }
      if (signal.aborted) wake()
      else signal.addEventListener('abort', wake)
    })
  }

  #describeLogs(refs: readonly PartitionRef[] | null): LogDescription[] {
    const asked = refs === null ? this.#online() : refs.map((ref) => this.#partitions.get(keyOf(ref)))
    return asked
      .filter((partition) => partition !== undefined && partition !== 'offline')
      .map(({ log, index }) => ({ topicId: log.topicId, partition: index, sizeInBytes: log.sizeInBytes }))
  }

  #checkpoint(): LogCheckpoint[] {
    return this.#online().map(({ topic, index, log }) => ({
      topic,
      topicId: log.topicId,
      partition: index,
      recoveryPoint: log.durableOffset,
      logStartOffset: log.logStartOffset,
    }))
  }
}

function keyOf({ topicId, partition }: PartitionRef): string {
  return `${topicId}-${partition}`
}

/** Why there is no partition to ask. */
type Absence = 'UNKNOWN_TOPIC_OR_PARTITION' | 'KAFKA_STORAGE_ERROR'

const undeleted = (error: Absence): DeleteRecordsAnswer => ({ error, lowWatermark: -1 })
const unknownEpoch = (error: Absence): EpochEndOffsetAnswer => ({ error, leaderEpoch: -1, endOffset: -1 })

function unpeeked(error: Absence): PeekAnswer {
  return {
    error,
    readableBytes: 0,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: null,
    isSyncPending: false,
  }
}

/** Runs `work` over all items, at most `limit` at a time. */
async function forEachLimited<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const remaining = items.values()
  const worker = async (): Promise<void> => {
    for (const item of remaining) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
}
