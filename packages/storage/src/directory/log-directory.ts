import type { Clock, Logger, Random } from '@logan/common'
import type { DirectoryLock, Disk, DiskSpace } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { readWholeFile, writeFileAtomically } from '../disk/whole-file.ts'
import { Log } from '../log/log.ts'
import type { LogConfig } from '../log/log-config.ts'
import { withSuffix } from '../log/log-files.ts'
import type { LogCheckpoints } from '../log/open-log.ts'
import type { LogRecovery } from '../log/recovery.ts'
import type { SyncScheduler } from '../log/sync-scheduler.ts'
import { decodeCleanShutdown, encodeCleanShutdown } from '../state/clean-shutdown.ts'
import type { MetaProperties } from '../state/meta-properties.ts'
import { decodePartitionMetadata } from '../state/partition-metadata.ts'
import { loadIdentity } from './identity.ts'
import { OffsetCheckpoints } from './offset-checkpoints.ts'

const cleanMarkerName = '.kafka_cleanshutdown'
const partitionPattern = /^(.+)-(\d+)$/
const noBrokerEpoch = -1
/** What an empty directory may hold: the lock of an earlier start, and what file systems put at their top. */
const namesOfNothing = ['.lock', 'lost+found']

export interface LogDirectoryOptions {
  readonly disk: Disk
  /** `temporary`: a fresh one where the system keeps such, removed by `close`. */
  readonly path: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** For a new directory; an old one says itself whose it is. Default: 1. */
  readonly nodeId?: number
}

/** A partition's directory as it was found. */
export interface PartitionDirectory {
  readonly topic: string
  readonly partition: number
  readonly path: string
  /** Undefined when `partition.metadata` is missing or unreadable. */
  readonly topicId: string | undefined
}

/** Where a log stands. */
export interface LogCheckpoint {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly recoveryPoint: number
  readonly logStartOffset: number
}

export interface OpenLogOptions {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly config: LogConfig
  readonly syncs: SyncScheduler
}

/**
 * A data directory in Kafka's layout: who it belongs to, whether the last stop was clean, where its logs stand. Held by one process,
 * through a lock of the operating system.
 */
export class LogDirectory {
  readonly path: string
  readonly isTemporary: boolean
  readonly identity: MetaProperties
  /** The process before stopped in order, so that nothing needs a scan. A new directory counts as clean. */
  readonly wasClean: boolean
  readonly #options: LogDirectoryOptions
  readonly #lock: DirectoryLock
  readonly #recoveryPoints: OffsetCheckpoints
  readonly #logStartOffsets: OffsetCheckpoints
  /** Topic ids of the logs whose offsets are kept; what is said of others comes too late. */
  readonly #topicIds = new Map<string, string>()

  private constructor(options: LogDirectoryOptions, found: Found) {
    this.#options = options
    this.path = found.path
    this.isTemporary = options.path === 'temporary'
    this.#lock = found.lock
    this.identity = found.identity
    this.wasClean = found.wasClean
    this.#recoveryPoints = new OffsetCheckpoints(options.disk, found.path, 'recovery-point-offset-checkpoint', options.logger)
    this.#logStartOffsets = new OffsetCheckpoints(options.disk, found.path, 'log-start-offset-checkpoint', options.logger)
  }

  /**
   * Takes a directory, which is made when missing, and removes what deletions have left over. From here until `close` it counts as
   * stopped in disorder.
   * @throws (rejects) DirectoryLockedError when another process has it; DiskError
   */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const { disk, clock, random, nodeId = 1 } = options
    const path = options.path === 'temporary' ? disk.makeTemporaryDirectory() : options.path
    disk.makeDirectory(path)
    const isNew = disk.list(path).every((name) => namesOfNothing.includes(name))
    const lock = await disk.lock(path)
    try {
      const identity = await loadIdentity(disk, path, nodeId, clock, random)
      const wasClean = (await takeCleanMarker(options, path)) || isNew
      await removeDeleted(disk, path)
      const directory = new LogDirectory(options, { path, lock, identity, wasClean })
      await directory.#forgetMissing()
      return directory
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** Partitions whose directories are there. */
  partitions(): PartitionDirectory[] {
    const { disk } = this.#options
    return disk.list(this.path).flatMap((name) => {
      const [, topic, partition] = partitionPattern.exec(name) ?? []
      if (topic === undefined || partition === undefined) return []
      const path = within(this.path, name)
      const metadata = decodePartitionMetadata(readWholeFile(disk, within(path, 'partition.metadata'))?.toString() ?? '')
      return [{ topic, partition: Number(partition), path, topicId: metadata.kind === 'ok' ? metadata.value : undefined }]
    })
  }

  /**
   * Renames a partition's directory that nobody knows, as Kafka does with a stray one: its name is free again, and its records are kept for
   * whoever wants them. A crash between the deletion of a topic and that of its logs leaves such directories.
   * @returns the new path
   */
  async setAside({ topic, partition, path, topicId }: PartitionDirectory): Promise<string> {
    const { disk, random } = this.#options
    const id = topicId === undefined ? random.bytes(16).toString('hex') : Buffer.from(topicId, 'base64url').toString('hex')
    const aside = within(this.path, withSuffix(partitionName(topic, partition), `.${id}-stray`))
    disk.rename(path, aside)
    await disk.syncDirectory(this.path)
    await this.#forget([{ topic, partition }])
    return aside
  }

  /** Opens the log of a partition, or makes it. @throws as `Log.open` */
  openLog({ topic, topicId, partition, config, syncs }: OpenLogOptions): Promise<Log> {
    const { disk, clock, logger } = this.#options
    this.#topicIds.set(partitionName(topic, partition), topicId)
    return Log.open({
      disk,
      directory: within(this.path, partitionName(topic, partition)),
      topicId,
      clock,
      logger: logger.child({ topic, partition }),
      config,
      syncs,
      recovery: this.#recoveryOf(topic, partition),
      checkpoints: this.#checkpointsOf(topic, topicId, partition),
    })
  }

  /** Makes durable where logs stand: from there the next start scans after a crash. Logs that are not named keep what was said before. */
  async writeCheckpoints(checkpoints: Iterable<LogCheckpoint>): Promise<void> {
    for (const { topic, topicId, partition, recoveryPoint, logStartOffset } of checkpoints) {
      if (!this.#isCurrent(topic, topicId, partition)) continue
      this.#recoveryPoints.set({ topic, partition, offset: recoveryPoint })
      this.#keepLogStart(topic, partition, logStartOffset)
    }
    await this.#writeOffsets()
  }

  /** Of the file system that holds it. */
  space(): DiskSpace {
    return this.#options.disk.space(this.path)
  }

  /**
   * Lets the directory go; all logs must be closed. `clean`: all of them were closed in order, none has failed, and their last checkpoints
   * are written, so the next start may trust everything. A temporary directory is removed.
   */
  async close({ clean }: { readonly clean: boolean }): Promise<void> {
    const { disk } = this.#options
    try {
      if (this.isTemporary) await disk.removeDirectory(this.path)
      else if (clean) await writeFileAtomically(disk, within(this.path, cleanMarkerName), encodeCleanShutdown(noBrokerEpoch))
    } finally {
      await this.#lock.release()
    }
  }

  /** Nothing is under way any more when this settles, also when one of the two fails. */
  async #writeOffsets(): Promise<void> {
    const writes = await Promise.allSettled([this.#recoveryPoints.write(), this.#logStartOffsets.write()])
    const failed = writes.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  #recoveryOf(topic: string, partition: number): LogRecovery {
    return {
      clean: this.wasClean,
      recoveryPoint: this.#recoveryPoints.get(topic, partition),
      logStartOffset: this.#logStartOffsets.get(topic, partition),
    }
  }

  #checkpointsOf(topic: string, topicId: string, partition: number): LogCheckpoints {
    return {
      saveLogStartOffset: async (offset) => {
        if (!this.#isCurrent(topic, topicId, partition)) return
        this.#keepLogStart(topic, partition, offset)
        await this.#logStartOffsets.write()
      },
      forget: async () => {
        if (!this.#isCurrent(topic, topicId, partition)) return
        this.#topicIds.delete(partitionName(topic, partition))
        await this.#forget([{ topic, partition }])
      },
    }
  }

  #isCurrent(topic: string, topicId: string, partition: number): boolean {
    return this.#topicIds.get(partitionName(topic, partition)) === topicId
  }

  /** It never goes back: what a shard said may be older than what another call saved. */
  #keepLogStart(topic: string, partition: number, offset: number): void {
    this.#logStartOffsets.set({ topic, partition, offset: Math.max(offset, this.#logStartOffsets.get(topic, partition)) })
  }

  /** Before a new log of an old name is made: the offsets of its predecessor would mislead its recovery. */
  async #forgetMissing(): Promise<void> {
    const { disk } = this.#options
    const all = [...this.#recoveryPoints.entries(), ...this.#logStartOffsets.entries()]
    await this.#forget(all.filter(({ topic, partition }) => !disk.exists(within(this.path, partitionName(topic, partition)))))
  }

  async #forget(partitions: readonly { readonly topic: string; readonly partition: number }[]): Promise<void> {
    let changed = false
    for (const { topic, partition } of partitions) {
      const hadRecoveryPoint = this.#recoveryPoints.remove(topic, partition)
      const hadLogStart = this.#logStartOffsets.remove(topic, partition)
      changed ||= hadRecoveryPoint || hadLogStart
    }
    if (changed) await this.#writeOffsets()
  }
}

interface Found {
  readonly path: string
  readonly lock: DirectoryLock
  readonly identity: MetaProperties
  readonly wasClean: boolean
}

function partitionName(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** Whether the marker was there. It is gone, durably, before anything is written that it does not vouch for. */
async function takeCleanMarker({ disk, logger }: LogDirectoryOptions, path: string): Promise<boolean> {
  const marker = within(path, cleanMarkerName)
  const text = readWholeFile(disk, marker)?.toString()
  if (text === undefined) return false
  const decoded = decodeCleanShutdown(text)
  // Kafka before 4.0 left it empty.
  if (decoded.kind === 'corrupt' && text !== '') logger.warn({ path: marker, reason: decoded.reason }, 'the marker of a clean stop is odd')
  await disk.remove(marker)
  await disk.syncDirectory(path)
  return true
}

/** Partitions that were being deleted, and small files that were being replaced. */
async function removeDeleted(disk: Disk, path: string): Promise<void> {
  for (const name of disk.list(path)) {
    if (name.endsWith('-delete')) await disk.removeDirectory(within(path, name))
    else if (name.endsWith('.tmp')) await disk.remove(within(path, name))
  }
}
