import { assert, type Clock, type Logger } from '@logan/common'
import { type DecodedMetadataRecord, decodeMetadataRecord, ProtocolError, records, splitBatches } from '@logan/protocol'
import { type Disk, defaultLogConfig, Log, type LogConfig, readWholeFile, type SyncScheduler, writeFileAtomically } from '@logan/storage'
import { type ClusterImage, emptyImage } from './image.ts'
import { encodeChange, type MetadataChange } from './metadata-changes.ts'
import { MetadataError } from './metadata-error.ts'
import { Replay } from './replay.ts'
import { decodeSnapshot, encodeSnapshot, type SnapshotId, snapshotFileName, snapshotIdOf } from './snapshot.ts'
import { clusterMetadataTopic } from './topic-names.ts'

/** Kafka gives this topic a fixed id. */
const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
/** No election is ever held, so the epoch is that of the log as it was found, or this one. */
const firstEpoch = 1
/** Bytes read at a time when the log is loaded. */
const readBytes = 1024 * 1024

export interface MetadataLogOptions {
  readonly disk: Disk
  /** The data directory; the log is a directory in it. */
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
  readonly syncs: SyncScheduler
  readonly nodeId: number
  readonly flushMode: 'sync' | 'os'
  /** The last stop was in order. */
  readonly clean: boolean
  /** Size of a segment, and bytes of records after which a snapshot is due. */
  readonly segmentBytes: number
}

/**
 * The log of cluster metadata and its snapshots: `__cluster_metadata-0` as Apache Kafka lays it out. A change that `append` has answered
 * is there after a crash (`sync`), whole; one that it has not is there whole or not at all.
 */
export class MetadataLog {
  readonly #options: MetadataLogOptions
  readonly #log: Log
  /** Snapshots that may be fallen back to, oldest first. */
  #snapshots: readonly SnapshotId[]
  #bytesSinceSnapshot = 0
  #lastTimestampMs = 0
  /** A transaction that could not be written to its end, and must be aborted before anything else is written. */
  #unfinished: boolean

  private constructor(options: MetadataLogOptions, log: Log, snapshots: readonly SnapshotId[], unfinished: boolean) {
    this.#options = options
    this.#log = log
    this.#snapshots = snapshots
    this.#unfinished = unfinished
  }

  /**
   * Opens the log, or makes it, and reads the newest sound snapshot and what was appended after it.
   * @throws (rejects) MetadataError when the log contradicts itself or its beginning is gone; CorruptRange, DiskError
   */
  static async open(options: MetadataLogOptions): Promise<{ log: MetadataLog; image: ClusterImage }> {
    const directory = directoryOf(options)
    const { snapshots, image: base } = loadSnapshot(options, directory)
    const start = base.offset + 1
    const log = await Log.open({
      disk: options.disk,
      directory,
      topicId,
      clock: options.clock,
      logger: options.logger,
      config: logConfig(options),
      syncs: options.syncs,
      // Whatever a snapshot holds was durable once; a snapshot that outlived its log (flush.mode=os) goes on where it ends.
      recovery: { clean: options.clean, recoveryPoint: start, logStartOffset: start },
    })
    if (log.logStartOffset > start)
      throw new MetadataError(`the cluster metadata begins with offset ${log.logStartOffset}, and no sound snapshot goes up to there`)
    const replay = new Replay(base)
    const metadataLog = new MetadataLog(options, log, snapshots, false)
    await metadataLog.#replay(start, replay)
    metadataLog.#unfinished = replay.isOpen
    return { log: metadataLog, image: replay.build() }
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#log.logEndOffset
  }

  /** So much was appended that reading it back at a start would take longer than reading a snapshot. */
  get isSnapshotDue(): boolean {
    return this.#bytesSinceSnapshot >= this.#options.segmentBytes
  }

  /**
   * Appends one change; resolves when it is durable (`sync`) or written (`os`).
   * @returns the records as they will be read back
   * @throws (rejects) LogFailed; readers then never see the change, unless it was written and only its sync failed
   */
  async append(changes: readonly MetadataChange[]): Promise<readonly DecodedMetadataRecord[]> {
    if (this.#unfinished) {
      this.#write(encodeChange([{ name: 'AbortTransactionRecord', message: {} }], this.#options.clock.now()).batches)
      this.#unfinished = false
    }
    const { batches, records: written } = encodeChange(changes, this.#options.clock.now())
    const { endOffset } = this
    try {
      this.#write(batches)
    } catch (error) {
      this.#unfinished = this.endOffset > endOffset
      throw error
    }
    if (this.#options.flushMode === 'sync') await this.#log.durable(this.#log.logEndOffset)
    return written
  }

  /** Writes a snapshot of the image, which must be that of the whole log, and lets go what is needed no more. @throws (rejects) DiskError, LogFailed */
  async writeSnapshot(image: ClusterImage): Promise<void> {
    const { disk, nodeId } = this.#options
    const id = { offset: image.offset + 1, epoch: this.#epoch }
    const newest = this.#snapshots.at(-1)
    if (newest?.offset === id.offset || id.offset === 0) return
    const directory = directoryOf(this.#options)
    // A snapshot may not tell of more than the log is sure to have.
    await this.#log.durable(id.offset)
    await writeFileAtomically(disk, `${directory}/${snapshotFileName(id)}`, encodeSnapshot(image, id, nodeId, this.#lastTimestampMs))
    this.#bytesSinceSnapshot = 0
    this.#snapshots = newest === undefined ? [id] : [newest, id]
    await this.#removeOld(directory)
  }

  /** `durably: false` skips all syncs, for a directory that is about to be removed. */
  get hasFailed(): boolean {
    return this.#log.failure !== undefined
  }

  close(options: { readonly durably: boolean }): Promise<void> {
    return this.#log.close(options)
  }

  get #epoch(): number {
    return this.#log.leaderEpochs.latest()?.epoch ?? this.#snapshots.at(-1)?.epoch ?? firstEpoch
  }

  #write(batches: readonly Buffer[]): void {
    for (const bytes of batches) {
      const checked = this.#log.check(bytes, 'controller')
      assert(!(checked instanceof Promise), 'only what a client sent has to be opened')
      this.#log.append(checked, this.#epoch)
      this.#bytesSinceSnapshot += bytes.length
      this.#lastTimestampMs = checked.view.maxTimestamp
    }
  }

  async #replay(start: number, replay: Replay): Promise<void> {
    const limitOffset = this.#log.logEndOffset
    for (let offset = start; offset < limitOffset; ) {
      const range = this.#log.read({ offset, maxBytes: readBytes, limitOffset, minOneBatch: true })
      if (range === null) throw new MetadataError(`the cluster metadata has a hole at offset ${offset}`)
      try {
        this.#replayBatches(await range.bytes(), start, replay)
      } finally {
        range.release()
      }
      offset = range.nextOffset
    }
  }

  #replayBatches(bytes: Buffer, start: number, replay: Replay): void {
    for (const batch of splitBatches(bytes)) {
      if (batch.isControl) continue
      for (const { offset, value } of records(batch)) {
        if (offset >= start) replay.take(decodeMetadataRecord(value ?? Buffer.alloc(0)), offset)
      }
      this.#bytesSinceSnapshot += batch.sizeInBytes
      this.#lastTimestampMs = batch.maxTimestamp
    }
  }

  /** The newest snapshot and the one before stay, and the log from there on: should the newest rot, nothing is lost. */
  async #removeOld(directory: string): Promise<void> {
    const { disk } = this.#options
    const kept = new Set(this.#snapshots.map(snapshotFileName))
    for (const name of disk.list(directory)) {
      if (snapshotIdOf(name) !== undefined && !kept.has(name)) await disk.remove(`${directory}/${name}`)
    }
    if (kept.size > 1) await this.#log.setLogStartOffset(this.#snapshots[0]!.offset)
  }
}

function directoryOf({ directory }: MetadataLogOptions): string {
  return `${directory}/${clusterMetadataTopic}-0`
}

function logConfig({ flushMode, segmentBytes }: MetadataLogOptions): LogConfig {
  return {
    ...defaultLogConfig,
    flushMode,
    segmentBytes,
    segmentMs: Number.MAX_SAFE_INTEGER,
    // Segments go when a snapshot has taken their place, and for no other reason.
    retentionMs: -1,
    retentionBytes: -1,
    maxMessageBytes: segmentBytes,
  }
}

/** The newest snapshot that is sound, and the ids up to it; the empty image when there is none. */
function loadSnapshot({ disk, logger }: MetadataLogOptions, directory: string): { snapshots: readonly SnapshotId[]; image: ClusterImage } {
  const snapshots = disk.exists(directory) ? disk.list(directory).flatMap((name) => snapshotIdOf(name) ?? []) : []
  for (let id = snapshots.pop(); id !== undefined; id = snapshots.pop()) {
    const path = `${directory}/${snapshotFileName(id)}`
    try {
      return { image: decodeSnapshot(readWholeFile(disk, path) ?? Buffer.alloc(0), id), snapshots: [...snapshots, id] }
    } catch (error) {
      if (!(error instanceof MetadataError || error instanceof ProtocolError)) throw error
      logger.error({ err: error, path }, 'a snapshot of the cluster metadata is not sound: the one before it is taken')
    }
  }
  return { image: emptyImage, snapshots: [] }
}
