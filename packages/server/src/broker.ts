import { type Clock, createLogger, type Logger, type Random, systemClock, systemRandom } from '@logan/common'
import { type Disk, type LogDirectory, nodeDisk } from '@logan/storage'
import { ProducerIds } from './cluster/producer-ids.ts'
import { resolveBrokerConfig } from './config/broker-config.ts'
import { type BrokerOptions, type BrokerOptionsInput, parseBrokerOptions } from './config/options.ts'
import { type Core, type CoreParts, openCore } from './core.ts'
import type { BrokerServices } from './dispatch/request-context.ts'
import { createRouter } from './dispatch/router.ts'
import { AnswerMemory } from './fetch/answer-memory.ts'
import { FetchSessions } from './fetch/fetch-sessions.ts'
import { handlers } from './handlers/index.ts'
import { Maintenance } from './maintenance.ts'
import { type Listener, startListener } from './net/listener.ts'

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
  const parts = { clock, random, disk, logger, options: parsed, config: resolveBrokerConfig(parsed.set) }
  const core = await openCore(parts)
  try {
    return await listen(core, parts)
  } catch (error) {
    // In order, so that a port that is taken does not cost the next start a recovery.
    await core.close()
    throw error
  }
}

class RunningBroker implements Broker {
  readonly host: string
  readonly port: number
  readonly bootstrap: string
  readonly logDir: string
  readonly clusterId: string
  readonly failed: Promise<Error>
  readonly #core: Core
  readonly #listener: Listener
  readonly #maintenance: Maintenance
  #closing: Promise<void> | undefined

  constructor(core: Core, listener: Listener, maintenance: Maintenance, failed: Promise<Error>) {
    this.host = listener.host
    this.port = listener.port
    this.bootstrap = `${listener.host.includes(':') ? `[${listener.host}]` : listener.host}:${listener.port}`
    this.logDir = core.directory.path
    this.clusterId = core.directory.identity.clusterId
    this.failed = failed
    this.#core = core
    this.#listener = listener
    this.#maintenance = maintenance
  }

  get topicCount(): number {
    return this.#core.controller.image.topicsByName.size
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #stop(): Promise<void> {
    await this.#maintenance.stop()
    await this.#listener.close({ deadlineMs: drainDeadlineMs })
    await this.#core.close()
  }
}

async function listen(core: Core, parts: CoreParts): Promise<Broker> {
  const { options, config, clock, random, logger } = parts
  const { directory, controller, shards } = core
  const failure = Promise.withResolvers<Error>()
  const services: BrokerServices = {
    nodeId: directory.identity.nodeId,
    clusterId: directory.identity.clusterId,
    clock,
    logger,
    config,
    controller,
    shards,
    image: core.image,
    producerIds: new ProducerIds(() => controller.allocateProducerIdBlock()),
    answerMemory: new AnswerMemory(config.queuedMaxResponseBytes),
    fetchSessions: new FetchSessions({ clock, random, slots: config.maxIncrementalFetchSessionCacheSlots }),
    logDirectory: { path: directory.path, space: () => spaceOf(directory) },
  }
  const route = createRouter(handlers, services, { onFatal: failure.resolve })
  const listener = await startListener({ ...options.bind, advertised: options.advertise ?? null, clock, logger, config, route })
  return new RunningBroker(core, listener, startMaintenance(parts, core), failure.promise)
}

function spaceOf(directory: LogDirectory): { totalBytes: number; usableBytes: number } {
  const { totalBytes, freeBytes } = directory.space()
  return { totalBytes, usableBytes: freeBytes }
}

function startMaintenance({ config, clock, logger }: CoreParts, { shards, checkpoint }: Core): Maintenance {
  const maintenance = new Maintenance(clock, logger)
  maintenance.start({
    name: 'retention',
    intervalMs: () => config.logRetentionCheckIntervalMs,
    run: () => shards.toAll({ kind: 'applyRetention' }),
  })
  maintenance.start({ name: 'checkpoints', intervalMs: () => config.logFlushOffsetCheckpointIntervalMs, run: checkpoint })
  return maintenance
}
