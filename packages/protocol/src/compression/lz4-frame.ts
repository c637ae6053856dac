import { malformed } from './codec.ts'
import { xxhash32 } from './xxhash32.ts'

// The LZ4 frame format around its blocks: magic, descriptor (flags, block size, optional sizes), its checksum; blocks, each after its
// length; an end mark of zero; optionally a checksum of the content.

const MAGIC = 0x184d2204
const VERSION_MASK = 0xc0
const VERSION_1 = 0x40
const INDEPENDENT_BLOCKS = 0x20
const BLOCK_CHECKSUMS = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const RESERVED_OR_DICTIONARY = 0x03
const BLOCK_SIZE_64K = 4

/** Set in a block's length when the block is stored as it is. */
export const STORED_BLOCK = 0x8000_0000
export const WRITTEN_BLOCK_SIZE = 64 * 1024

export interface FrameHeader {
  /** Position after the header. */
  readonly end: number
  readonly independentBlocks: boolean
  readonly blockChecksums: boolean
  readonly contentChecksum: boolean
  /** Bytes a block may hold: 64 KiB to 4 MiB. */
  readonly maxBlockSize: number
  /** Bytes the frame holds, null when it does not say. */
  readonly contentSize: bigint | null
}

/** Reads a frame header. @throws ProtocolError for another magic, version, dictionary, block size or checksum */
export function readFrameHeader(bytes: Buffer, start: number, ignoreChecksum: boolean): FrameHeader {
  need(bytes, start, 7)
  const magic = bytes.readUInt32LE(start)
  if (magic !== MAGIC) throw malformed('lz4', `frame magic 0x${magic.toString(16)}`, start)
  const flags = bytes[start + 4]!
  if ((flags & VERSION_MASK) !== VERSION_1) throw malformed('lz4', 'frame version is not 1', start + 4)
  if ((flags & RESERVED_OR_DICTIONARY) !== 0) throw malformed('lz4', 'frame with a dictionary or a reserved flag', start + 4)
  const descriptor = bytes[start + 5]!
  const blockSizeId = descriptor >> 4
  if ((descriptor & 0x8f) !== 0 || blockSizeId < BLOCK_SIZE_64K) throw malformed('lz4', 'frame with an unknown block size', start + 5)
  const hasContentSize = (flags & CONTENT_SIZE) !== 0
  const checksumAt = start + (hasContentSize ? 14 : 6)
  need(bytes, start, checksumAt + 1 - start)
  if (!ignoreChecksum && bytes[checksumAt] !== headerChecksum(bytes.subarray(start + 4, checksumAt))) {
    throw malformed('lz4', 'wrong frame header checksum', checksumAt)
  }
  return {
    end: checksumAt + 1,
    independentBlocks: (flags & INDEPENDENT_BLOCKS) !== 0,
    blockChecksums: (flags & BLOCK_CHECKSUMS) !== 0,
    contentChecksum: (flags & CONTENT_CHECKSUM) !== 0,
    maxBlockSize: 2 ** (8 + 2 * blockSizeId),
    contentSize: hasContentSize ? bytes.readBigUInt64LE(start + 6) : null,
  }
}

/**
 * The header that Kafka's Java writer makes: version 1, independent blocks of at most 64 KiB, no size, no further checksums.
 * @param broken checksum as written for magic 0, which takes in the frame's magic (KAFKA-3160)
 */
export function writeFrameHeader(broken: boolean): Buffer {
  const header = Buffer.alloc(7)
  header.writeUInt32LE(MAGIC)
  header[4] = VERSION_1 | INDEPENDENT_BLOCKS
  header[5] = BLOCK_SIZE_64K << 4
  header[6] = headerChecksum(header.subarray(broken ? 0 : 4, 6))
  return header
}

/** @throws ProtocolError unless `size` bytes are there at `position` */
export function need(bytes: Buffer, position: number, size: number): void {
  if (size > bytes.length - position) throw malformed('lz4', `needs ${size} bytes, ${bytes.length - position} are left`, position)
}

function headerChecksum(descriptor: Buffer): number {
  return (xxhash32(descriptor) >>> 8) & 0xff
}
