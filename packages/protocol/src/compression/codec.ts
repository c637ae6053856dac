import { ProtocolError } from '../protocol-error.ts'

/** Compression codecs by the id that stands in the attributes of batches and messages. */
export const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const

/** Name as in `compression.type`. */
export type CodecName = keyof typeof codecs
export type CodecId = (typeof codecs)[CodecName]

const names = Object.keys(codecs) as CodecName[]

/** Name of a codec id, null for an id that means nothing. */
export function codecName(id: number): CodecName | null {
  return names[id] ?? null
}

/** The bound on decompressed bytes where a caller gives none: 128 MiB. */
export const DEFAULT_MAX_DECOMPRESSED_SIZE = 128 * 1024 * 1024

export interface DecompressOptions {
  /** Most bytes that may come out; more is a ProtocolError. Default: `DEFAULT_MAX_DECOMPRESSED_SIZE`. */
  readonly maxSize?: number
  /**
   * Refuse what some readers take but Kafka's Java reader does not (lz4: linked blocks, a second frame), as a broker must for the
   * sake of its consumers. Default: false.
   */
  readonly strict?: boolean
  /** lz4 in messages of magic 0, whose writers computed the header checksum over too much (KAFKA-3160): do not check it. Default: false. */
  readonly ignoreLz4HeaderChecksum?: boolean
}

export function malformed(codec: CodecName, reason: string, position?: number): ProtocolError {
  return new ProtocolError(reason, position === undefined ? { api: codec } : { api: codec, position })
}

export function tooLarge(codec: CodecName, maxSize: number): ProtocolError {
  return malformed(codec, `decompresses to more than ${maxSize} bytes`)
}
