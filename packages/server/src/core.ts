import type { Clock, Logger, Random } from '@logan/common'
import { type Disk, LogDirectory, SyncScheduler } from '@logan/storage'
import { Controller } from './cluster/controller.ts'
import type { ClusterImage, TopicImage } from './cluster/image.ts'
import { clusterMetadataTopic } from './cluster/topic-names.ts'
import type { BrokerConfig } from './config/broker-config.ts'
import type { BrokerOptions } from './config/options.ts'
import { type TopicSettings, topicSettings } from './config/topic-config.ts'
import { Partition } from './partition/partition.ts'
import { InlineMailbox } from './shard/mailbox.ts'
import { Shard } from './shard/shard.ts'
import { ShardClient } from './shard/shard-client.ts'

export interface CoreParts {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly logger: Logger
  readonly options: BrokerOptions
  readonly config: BrokerConfig
}

/** Everything of a broker that lies below its connections: the directory, the metadata, the shard with its logs. */
export interface Core {
  readonly directory: LogDirectory
  readonly controller: Controller
  readonly shards: ShardClient
  /** The newest image that every shard holds; never one that is still on its way. */
  readonly image: () => ClusterImage
  /** Writes down where the logs stand. */
  readonly checkpoint: () => Promise<void>
  /**
   * Ends changes under way, syncs and closes the logs, and lets the directory go: with the marker of a clean stop if all went well.
   * Whatever fails, the directory is free afterwards.
   * @throws (rejects) the first thing that went wrong
   */
  close(): Promise<void>
}

/**
 * Takes the data directory, reads the metadata, opens the logs, makes the topics asked for.
 * @throws (rejects) DirectoryLockedError, DiskError, MetadataError; the directory is free again then
 */
export async function openCore(parts: CoreParts): Promise<Core> {
  const { options, clock, random, disk, logger } = parts
  const directory = await LogDirectory.open({ disk, path: options.logDir, clock, random, logger })
  const syncs = new SyncScheduler()
  const shard = createShard(parts, directory, syncs)
  const closing: (() => Promise<boolean>)[] = [() => shard.close({ durably: false }).then(() => false)]
  try {
    const core = await compose(parts, { directory, syncs, shard, closing })
    await createTopics(core.controller, options.topics)
    return core
  } catch (error) {
    // The first fault is what the operator must hear of; those of cleaning up follow from it.
    await closeAll(closing, directory).catch(() => undefined)
    throw error
  }
}

interface Opened {
  readonly directory: LogDirectory
  readonly syncs: SyncScheduler
  readonly shard: Shard
  /** What must be closed, in this order; each step says whether it left everything in order. */
  readonly closing: (() => Promise<boolean>)[]
}

async function compose({ config, clock, random, disk, logger }: CoreParts, { directory, syncs, shard, closing }: Opened): Promise<Core> {
  const shards = new ShardClient([new InlineMailbox((command) => shard.execute(command))])
  const durably = !directory.isTemporary
  let published: ClusterImage | undefined
  const publish = async (image: ClusterImage): Promise<void> => {
    if (published === undefined) await setStraysAside(directory, image, logger)
    await shards.toAll({ kind: 'applyImage', image, config })
    published = image
  }
  const { nodeId } = directory.identity
  const world = { disk, directory: directory.path, clock, random, logger, syncs, nodeId, config, publish }
  const controller = await Controller.open({ ...world, uncleanStart: !directory.wasClean })
  const checkpoint = async (): Promise<void> => directory.writeCheckpoints((await shards.toAll({ kind: 'checkpoint' })).flat())
  const lastCheckpoint = async (): Promise<boolean> => {
    if (durably) await checkpoint()
    return true
  }
  // The controller first: a change under way opens logs. The checkpoint last: it says where the closed logs stand.
  closing.splice(
    0,
    closing.length,
    () => controller.close({ durably }),
    () => shard.close({ durably }),
    lastCheckpoint,
  )
  return {
    directory,
    controller,
    shards,
    image: () => published ?? controller.image,
    checkpoint,
    close: () => closeAll(closing, directory),
  }
}

async function closeAll(closing: readonly (() => Promise<boolean>)[], directory: LogDirectory): Promise<void> {
  let clean = true
  const faults: unknown[] = []
  for (const close of closing) {
    try {
      clean = (await close()) && clean
    } catch (error) {
      faults.push(error)
    }
  }
  await directory.close({ clean: clean && faults.length === 0 })
  if (faults.length > 0) throw faults[0]
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

function createShard({ config, clock, logger }: CoreParts, directory: LogDirectory, syncs: SyncScheduler): Shard {
  const openPartition = async (topic: TopicImage, index: number, settings: TopicSettings): Promise<Partition> => {
    const log = await directory.openLog({ topic: topic.name, topicId: topic.id, partition: index, config: settings.log, syncs })
    const { leaderEpoch } = topic.partitions[index]!
    return new Partition({ topic: topic.name, index, log, leaderEpoch, settings, clock })
  }
  const settingsOf = (topic: TopicImage): TopicSettings => topicSettings(topic.configs, config)
  const setAside = async (topic: TopicImage, index: number): Promise<void> => {
    const found = directory.partitions().find(({ topic: name, partition }) => name === topic.name && partition === index)
    if (found !== undefined) await directory.setAside(found)
  }
  return new Shard({ shardId: 0, shardCount: 1, logger, settingsOf, openPartition, setAside })
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
