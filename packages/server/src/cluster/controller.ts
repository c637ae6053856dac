import type { Clock, Logger, Random } from '@logan/common'
import { uuidFromBytes } from '@logan/protocol'
import { type Disk, DiskError, LogFailed, type SyncScheduler } from '@logan/storage'
import type { BrokerConfig } from '../config/broker-config.ts'
import { ImageBuilder } from './apply.ts'
import { ChangeFailed } from './change-failed.ts'
import { ChangeQueue } from './change-queue.ts'
import { type MorePartitions, planCreatePartitions } from './create-partitions.ts'
import { type CreatedTopic, type NewTopic, planCreateTopics } from './create-topics.ts'
import { planDeleteTopics, type TopicToDelete } from './delete-topics.ts'
import type { ClusterImage, TopicImage } from './image.ts'
import { type MetadataChange, metadataVersion } from './metadata-changes.ts'
import { MetadataLog } from './metadata-log.ts'
import { producerIdsRecord } from './new-records.ts'
import { fault, type Outcome, type Plan } from './plan.ts'
import type { ProducerIdBlock } from './producer-ids.ts'

/** Changes that may wait; each connection has one at a time. */
const waitingLimit = 1000
const producerIdBlockSize = 1000
/** Half a second of reading at most, on a slow machine. */
const defaultSegmentBytes = 8 * 1024 * 1024

export interface ControllerOptions {
  readonly disk: Disk
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** One for all logs of the process. */
  readonly syncs: SyncScheduler
  readonly nodeId: number
  readonly config: BrokerConfig
  /** The last stop was not in order: leader epochs are raised before anybody sees them. */
  readonly uncleanStart: boolean
  /** Resolves when every shard holds the image and its logs are there; rejects when that cannot be. */
  readonly publish: (image: ClusterImage) => Promise<void>
  /** Size of a segment of the metadata log, and of what may follow a snapshot before the next one is due. */
  readonly segmentBytes?: number
}

/**
 * The one writer of the cluster metadata. A change is decided against the newest image, becomes durable as a whole, makes the next image,
 * and is answered when every shard holds that. One after the other, so that nobody decides on what is about to change.
 */
export class Controller {
  readonly #options: ControllerOptions
  readonly #log: MetadataLog
  readonly #queue = new ChangeQueue(waitingLimit)
  #image: ClusterImage

  private constructor(options: ControllerOptions, log: MetadataLog, image: ClusterImage) {
    this.#options = options
    this.#log = log
    this.#image = image
  }

  /**
   * Reads the metadata, or begins it, raises the leader epochs after an unclean stop, and publishes the image.
   * @throws (rejects) MetadataError, DiskError, CorruptRange when the metadata cannot be read; ChangeFailed when it cannot be written or published
   */
  static async open(options: ControllerOptions): Promise<Controller> {
    const { uncleanStart, config, segmentBytes = defaultSegmentBytes } = options
    const { log, image } = await MetadataLog.open({ ...options, flushMode: config.flushMode, clean: !uncleanStart, segmentBytes })
    const controller = new Controller(options, log, image)
    await controller.#queue.run(() => controller.#start())
    return controller
  }

  /** The newest image; published, or about to be. */
  get image(): ClusterImage {
    return this.#image
  }

  /**
   * Creates topics, or with `validateOnly` tells what would become of them. Outcomes are in the order of the request.
   * @throws (rejects) ChangeFailed when the request fails as a whole
   */
  createTopics(topics: readonly NewTopic[], options: { readonly validateOnly: boolean }): Promise<readonly Outcome<CreatedTopic>[]> {
    const { nodeId, config } = this.#options
    const rules = { nodeId, config, newTopicId: () => this.#newTopicId() }
    return this.#change((image) => planCreateTopics(image, topics, rules), options)
  }

  /** Deletes topics; the outcomes tell which. @throws (rejects) ChangeFailed */
  deleteTopics(topics: readonly TopicToDelete[]): Promise<readonly Outcome<TopicImage>[]> {
    return this.#change((image) => planDeleteTopics(image, topics), { validateOnly: false })
  }

  /** Adds partitions to topics; the outcomes hold the topics as they were. @throws (rejects) ChangeFailed */
  createPartitions(
    topics: readonly MorePartitions[],
    options: { readonly validateOnly: boolean },
  ): Promise<readonly Outcome<TopicImage>[]> {
    return this.#change((image) => planCreatePartitions(image, topics, this.#options), options)
  }

  /** Takes a block of producer ids, durably. @throws (rejects) ChangeFailed */
  allocateProducerIdBlock(): Promise<ProducerIdBlock> {
    return this.#queue.run(async () => {
      const first = this.#image.nextProducerId
      await this.#commit([producerIdsRecord(this.#options.nodeId, first + producerIdBlockSize)])
      return { first, size: producerIdBlockSize }
    })
  }

  /**
   * Lets the changes under way end, leaves a snapshot, and closes the log. `durably: false` does without whatever is only for the next
   * start, for a directory that is about to be removed.
   * @returns whether the log on disk has all that was said, so that the next start need not recover it
   */
  async close({ durably = true }: { readonly durably?: boolean } = {}): Promise<boolean> {
    await this.#queue.idle()
    if (durably) await this.#writeSnapshot()
    await this.#log.close({ durably })
    return !this.#log.hasFailed
  }

  async #start(): Promise<void> {
    const changes = this.#image.features.size === 0 ? [firstRecord] : []
    if (this.#options.uncleanStart) changes.push(...this.#raisedLeaderEpochs())
    if (changes.length > 0) await this.#append(changes)
    await this.#publish()
  }

  /** A crash may have taken back what was written under the old epochs, so no offset is ever given twice under one. */
  #raisedLeaderEpochs(): MetadataChange[] {
    const { nodeId: leader } = this.#options
    return [...this.#image.topicsById.values()].flatMap(({ id: topicId, partitions }) =>
      partitions.map(({ index }): MetadataChange => ({ name: 'PartitionChangeRecord', message: { topicId, partitionId: index, leader } })),
    )
  }

  #change<T>(
    decide: (image: ClusterImage) => Plan<T>,
    { validateOnly }: { readonly validateOnly: boolean },
  ): Promise<readonly Outcome<T>[]> {
    return this.#queue.run(async () => {
      const { outcomes, records } = decide(this.#image)
      if (validateOnly || records.length === 0) return outcomes
      try {
        await this.#commit(records)
        return outcomes
      } catch (error) {
        if (!(error instanceof ChangeFailed)) throw error
        const failed = fault(error.error, error.message)
        return outcomes.map((outcome) => (outcome.error === 'NONE' ? failed : outcome))
      }
    })
  }

  async #commit(changes: readonly MetadataChange[]): Promise<void> {
    await this.#append(changes)
    await this.#publish()
    if (this.#log.isSnapshotDue) await this.#writeSnapshot()
  }

  async #append(changes: readonly MetadataChange[]): Promise<void> {
    try {
      const records = await this.#log.append(changes)
      const builder = new ImageBuilder(this.#image)
      for (const record of records) builder.apply(record)
      this.#image = builder.build(this.#log.endOffset - 1)
    } catch (error) {
      if (!(error instanceof LogFailed)) throw error
      this.#options.logger.error({ err: error }, 'a change of the cluster metadata could not be written')
      throw new ChangeFailed('KAFKA_STORAGE_ERROR', 'the cluster metadata cannot be written', { cause: error })
    }
  }

  async #publish(): Promise<void> {
    try {
      await this.#options.publish(this.#image)
    } catch (error) {
      this.#options.logger.error(
        { err: error, offset: this.#image.offset },
        'a change of the cluster metadata was made but is not in force everywhere',
      )
      const code = error instanceof DiskError || error instanceof LogFailed ? 'KAFKA_STORAGE_ERROR' : 'UNKNOWN_SERVER_ERROR'
      throw new ChangeFailed(code, 'the change was made but could not be put in force', { cause: error })
    }
  }

  /** The log still has everything, so a snapshot that fails costs only time at the next start. */
  async #writeSnapshot(): Promise<void> {
    try {
      await this.#log.writeSnapshot(this.#image)
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof LogFailed)) throw error
      this.#options.logger.error({ err: error }, 'cannot write a snapshot of the cluster metadata')
    }
  }

  /** Random, and as Kafka's neither one that is reserved (all that begin with zeros) nor one that looks like a flag on a command line. */
  #newTopicId(): string {
    for (;;) {
      const bytes = this.#options.random.bytes(16)
      bytes[6] = (bytes[6]! & 0x0f) | 0x40
      bytes[8] = (bytes[8]! & 0x3f) | 0x80
      const id = uuidFromBytes(bytes)
      if (!id.startsWith('-') && !this.#image.topicsById.has(id)) return id
    }
  }
}

const firstRecord: MetadataChange = { name: 'FeatureLevelRecord', message: { name: 'metadata.version', featureLevel: metadataVersion } }
