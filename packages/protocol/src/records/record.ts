/** A header as it is read. The key is UTF-8 text, the value a view. */
export interface RecordHeader {
  readonly key: string
  readonly value: Buffer | null
}

/** A record as it is read, whatever the format it was stored in. Key and values are views of the batch, or of what it decompressed to. */
export interface LogRecord {
  readonly offset: number
  /** Milliseconds, -1 without one (as always in magic 0). */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
  /** Producer sequence, -1 without one. */
  readonly sequence: number
}

/** A header to be written. */
export interface HeaderInput {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record to be written. */
export interface RecordInput {
  /** Default: null. */
  readonly key?: Uint8Array | null
  /** Default: null, a tombstone. */
  readonly value?: Uint8Array | null
  readonly headers?: readonly HeaderInput[]
  /** Milliseconds. Default: -1, none. */
  readonly timestamp?: number
  /** Offset, less the batch's base offset. Default: the record's place in the list. */
  readonly offsetDelta?: number
}

export const noHeaders: readonly RecordHeader[] = Object.freeze([])
