import type { DiskError } from '../disk/disk.ts'

/** The disk failed the log, or the log was deleted or closed: Kafka's KAFKA_STORAGE_ERROR. */
export class LogFailed extends Error {
  override readonly name = 'LogFailed'

  constructor(directory: string, reason: string | DiskError) {
    super(
      `log ${directory}: ${typeof reason === 'string' ? reason : reason.message}`,
      typeof reason === 'string' ? undefined : { cause: reason },
    )
  }
}

/** An offset that the log does not have any more, or not yet. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange'
  readonly logStartOffset: number
  readonly logEndOffset: number

  constructor(offset: number, logStartOffset: number, logEndOffset: number) {
    super(`offset ${offset} is outside ${logStartOffset} to ${logEndOffset}`)
    this.logStartOffset = logStartOffset
    this.logEndOffset = logEndOffset
  }
}

/** What the disk gave back is not what was written. The bytes are not handed out. */
export class CorruptRange extends Error {
  override readonly name = 'CorruptRange'

  constructor(path: string, position: number, reason: string) {
    super(`${path} at byte ${position}: ${reason}`)
  }
}
