import { type Clock, createLogger, type Logger, type Random, systemClock, systemRandom } from '@logan/common'
import { type Disk, LogDirectory, nodeDisk, SyncScheduler } from '@logan/storage'
import { Controller } from './cluster/controller.ts'
import type { ClusterImage, TopicImage } from './cluster/image.ts'
import { ProducerIds } from './cluster/producer-ids.ts'
import { clusterMetadataTopic } from './cluster/topic-names.ts'
import { type BrokerConfig, resolveBrokerConfig } from './config/broker-config.ts'
import { type BrokerOptions, type BrokerOptionsInput, parseBrokerOptions } from './config/options.ts'
import { type TopicSettings, topicSettings } from './config/topic-config.ts'
import { createRouter } from './dispatch/router.ts'
import { FetchSessions } from './fetch/fetch-sessions.ts'
import { handlers } from './handlers/index.ts'
import { Maintenance } from './maintenance.ts'
import { type Listener, startListener } from './net/listener.ts'
import { Partition } from './partition/partition.ts'
import { InlineMailbox } from './shard/mailbox.ts'
import { Shard } from './shard/shard.ts'
import { ShardClient } from './shard/shard-client.ts'

/** What the broker takes from outside; everything has a real default. */
export interface BrokerWorld {
  readonly clock?: Clock
  readonly random?: Random
  readonly disk?: Disk
  readonly logger?: Logger
}

/** A running broker. */
export interface Broker extends AsyncDisposable {
  /** The host and port that were bound. */
  readonly host: string
  readonly port: number
  /** `host:port`, for a client's list of bootstrap servers. */
  readonly bootstrap: string
  readonly logDir: string
  readonly clusterId: string
  /** Topics there are now. */
  readonly topicCount: number
  /** Resolves, never rejects, with the error that makes going on impossible. The broker is then to be closed. */
  readonly failed: Promise<Error>
  /**
   * Stops in order: takes no more, finishes appends, answers long polls, syncs, leaves the marker of a clean stop, lets go of the directory
   * and removes a temporary one. Idempotent; nothing is left open when it resolves.
   */
  close(): Promise<void>
}

/** What is still busy then is cut off, and the next start recovers. */
const drainDeadlineMs = 10_000

/**
 * Starts a broker: takes the data directory, reads the cluster metadata, opens the logs, makes the topics asked for, listens.
 * `logDir: 'temporary'` makes a directory that `close` removes, with `flush.mode=os` unless said otherwise.
 *
 * @throws (rejects) OptionsError for options that cannot be; DirectoryLockedError when another process has the directory; ListenError,
 * DiskError, MetadataError, each with a sentence for the operator
 */
export async function startBroker(options: BrokerOptionsInput | BrokerOptions, world: BrokerWorld = {}): Promise<Broker> {
  const parsed = parseBrokerOptions(options)
  const { clock = systemClock, random = systemRandom, disk = nodeDisk, logger = createLogger(parsed.logLevel) } = world
  return RunningBroker.start(parsed, { clock, random, disk, logger })
}

type Parts = Required<BrokerWorld> & { readonly options: BrokerOptions; readonly config: BrokerConfig }

/** Undoes what a start has done so far, last first. */
class Undo {
  readonly #steps: (() => Promise<unknown>)[] = []

  add(step: () => Promise<unknown>): void {
    this.#steps.unshift(step)
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) await step()
  }
}

class RunningBroker implements Broker {
  readonly host: string
  readonly port: number
  readonly bootstrap: string
  readonly logDir: string
  readonly clusterId: string
  readonly failed: Promise<Error>
  readonly #controller: Controller
  readonly #stop: () => Promise<void>
  #closing: Promise<void> | undefined

  private constructor(
    directory: LogDirectory,
    controller: Controller,
    listener: Listener,
    failed: Promise<Error>,
    stop: () => Promise<void>,
  ) {
    this.host = listener.host
    this.port = listener.port
    this.bootstrap = `${listener.host.includes(':') ? `[${listener.host}]` : listener.host}:${listener.port}`
    this.logDir = directory.path
    this.clusterId = directory.identity.clusterId
    this.failed = failed
    this.#controller = controller
    this.#stop = stop
  }

  get topicCount(): number {
    return this.#controller.image.topicsByName.size
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  static async start(options: BrokerOptions, world: Required<BrokerWorld>): Promise<RunningBroker> {
    const parts = { ...world, options, config: resolveBrokerConfig(options.set) }
    const undo = new Undo()
    try {
      return await RunningBroker.#compose(parts, undo)
    } catch (error) {
      await undo.run()
      throw error
    }
  }

  static async #compose(parts: Parts, undo: Undo): Promise<RunningBroker> {
    const { options, config, clock, random, disk, logger } = parts
    const directory = await LogDirectory.open({ disk, path: options.logDir, clock, random, logger })
    undo.add(() => directory.close({ clean: false }))
    const durably = !directory.isTemporary
    const syncs = new SyncScheduler()
    const shard = createShard(parts, directory, syncs)
    undo.add(() => shard.close({ durably: false }))
    const shards = new ShardClient([new InlineMailbox((command) => shard.execute(command))])
    // Handlers read the image that every shard holds, never one that is still on its way.
    let published: ClusterImage | undefined
    const publish = async (image: ClusterImage): Promise<void> => {
      if (published === undefined) await setStraysAside(directory, image, logger)
      await shards.toAll({ kind: 'applyImage', image, config })
      published = image
    }
    const nodeId = directory.identity.nodeId
    const controller = await Controller.open({
      disk,
      directory: directory.path,
      clock,
      random,
      logger,
      syncs,
      nodeId,
      config,
      publish,
      uncleanStart: !directory.wasClean,
    })
    undo.add(() => controller.close({ durably: false }))
    await createTopics(controller, options.topics)
    const failure = Promise.withResolvers<Error>()
    const services = {
      nodeId,
      clusterId: directory.identity.clusterId,
      clock,
      logger,
      config,
      controller,
      shards,
      image: () => published ?? controller.image,
      producerIds: new ProducerIds(() => controller.allocateProducerIdBlock()),
      fetchSessions: new FetchSessions({ clock, random, slots: config.maxIncrementalFetchSessionCacheSlots }),
      logDirectory: { path: directory.path, space: () => spaceOf(directory) },
    }
    const route = createRouter(handlers, services, { onFatal: failure.resolve })
    const listener = await startListener({ ...options.bind, advertised: options.advertise ?? null, clock, logger, config, route })
    const checkpoint = async (): Promise<void> => directory.writeCheckpoints((await shards.toAll({ kind: 'checkpoint' })).flat())
    const maintenance = startMaintenance(parts, shards, checkpoint)
    const stop = async (): Promise<void> => {
      await maintenance.stop()
      await listener.close({ deadlineMs: drainDeadlineMs })
      const isClean = await shard.close({ durably })
      await controller.close({ durably })
      if (durably) await checkpoint()
      await directory.close({ clean: isClean })
    }
    return new RunningBroker(directory, controller, listener, failure.promise, stop)
  }
}

/** Directories of partitions that the metadata does not know, or knows under another topic id, make way before logs are opened. */
async function setStraysAside(directory: LogDirectory, image: ClusterImage, logger: Logger): Promise<void> {
  for (const found of directory.partitions()) {
    if (found.topic === clusterMetadataTopic) continue
    const topic = image.topicsByName.get(found.topic)
    const isKnown = topic !== undefined && found.partition < topic.partitions.length
    if (isKnown && (found.topicId === undefined || found.topicId === topic.id)) continue
    const path = await directory.setAside(found)
    logger.warn(
      { topic: found.topic, partition: found.partition, path },
      'no topic has this directory: set aside, remove it when its records are not needed',
    )
  }
}

function createShard({ config, clock, logger }: Parts, directory: LogDirectory, syncs: SyncScheduler): Shard {
  const openPartition = async (topic: TopicImage, index: number, settings: TopicSettings): Promise<Partition> => {
    const log = await directory.openLog({ topic: topic.name, topicId: topic.id, partition: index, config: settings.log, syncs })
    const { leaderEpoch } = topic.partitions[index]!
    return new Partition({ topic: topic.name, index, log, leaderEpoch, settings, clock })
  }
  const settingsOf = (topic: TopicImage): TopicSettings => topicSettings(topic.configs, config)
  return new Shard({ shardId: 0, shardCount: 1, logger, settingsOf, openPartition })
}

/** The topics that the operator asked for and that are not there yet. One that cannot be is a reason not to start. */
async function createTopics(controller: Controller, topics: BrokerOptions['topics']): Promise<void> {
  const missing = topics.filter(({ name }) => !controller.image.topicsByName.has(name))
  if (missing.length === 0) return
  const wanted = missing.map(({ name, partitions }) => ({
    name,
    numPartitions: partitions,
    replicationFactor: -1,
    assignments: [],
    configs: [],
  }))
  const outcomes = await controller.createTopics(wanted, { validateOnly: false })
  outcomes.forEach((outcome, index) => {
    if (outcome.error !== 'NONE') throw new Error(`cannot create topic ${wanted[index]!.name}: ${outcome.message ?? outcome.error}`)
  })
}

function spaceOf(directory: LogDirectory): { totalBytes: number; usableBytes: number } {
  const { totalBytes, freeBytes } = directory.space()
  return { totalBytes, usableBytes: freeBytes }
}

function startMaintenance({ config, clock, logger }: Parts, shards: ShardClient, checkpoint: () => Promise<void>): Maintenance {
  const maintenance = new Maintenance(clock, logger)
  maintenance.start({
    name: 'retention',
    intervalMs: () => config.logRetentionCheckIntervalMs,
    run: () => shards.toAll({ kind: 'applyRetention' }),
  })
  maintenance.start({ name: 'checkpoints', intervalMs: () => config.logFlushOffsetCheckpointIntervalMs, run: checkpoint })
  return maintenance
}
