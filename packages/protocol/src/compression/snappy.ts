import * as native from 'snappy'
import { asBuffer } from '../wire/as-buffer.ts'
import { readUnsignedVarint } from '../wire/varint.ts'
import { type BlockJobs, runJobs, runJobsAsync } from './block-jobs.ts'
import { DEFAULT_MAX_DECOMPRESSED_SIZE, type DecompressOptions, malformed, tooLarge } from './codec.ts'
import { Output } from './output.ts'

// Two forms are in use: a raw block, and the frame of the Java library xerial (16 bytes of header, then blocks that each follow
// their int32 length). Both are read, as Kafka's Java clients do; xerial is written, as they do.

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
/** Magic, version 1, least compatible version 1. */
const XERIAL_HEADER = Buffer.concat([XERIAL_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
const XERIAL_BLOCK_SIZE = 32 * 1024

/** The densest element of the format copies 64 bytes by 3: no honest block claims more than this per byte. */
const MAX_EXPANSION = 22

export function snappyCompress(bytes: Uint8Array): Buffer {
  return runJobs(compressJobs(bytes), (block) => native.compressSync(block))
}

export function snappyCompressAsync(bytes: Uint8Array): Promise<Buffer> {
  return runJobsAsync(compressJobs(bytes), (block) => native.compress(block))
}

export function snappyDecompress(bytes: Uint8Array, options: DecompressOptions): Buffer {
  return runJobs(decompressJobs(bytes, options), (block) => {
    try {
      return native.uncompressSync(block, { asBuffer: true }) as Buffer
    } catch (error) {
      throw malformed('snappy', String(error))
    }
  })
}

export function snappyDecompressAsync(bytes: Uint8Array, options: DecompressOptions): Promise<Buffer> {
  return runJobsAsync(decompressJobs(bytes, options), async (block) => {
    try {
      return (await native.uncompress(block, { asBuffer: true })) as Buffer
    } catch (error) {
      throw malformed('snappy', String(error))
    }
  })
}

function* compressJobs(bytes: Uint8Array): BlockJobs<Buffer> {
  const input = asBuffer(bytes)
  const parts: Buffer[] = [XERIAL_HEADER]
  // At least one block, also of nothing: some readers take the header alone for a raw block.
  for (let start = 0; start === 0 || start < input.length; start += XERIAL_BLOCK_SIZE) {
    const block = yield input.subarray(start, start + XERIAL_BLOCK_SIZE)
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

function* decompressJobs(bytes: Uint8Array, { maxSize = DEFAULT_MAX_DECOMPRESSED_SIZE }: DecompressOptions): BlockJobs<Buffer> {
  const input = asBuffer(bytes)
  if (!isXerial(input)) {
    checkBlock(input, 0, maxSize, maxSize)
    return yield input
  }
  const output = new Output('snappy', maxSize, input.length * 4)
  let position = XERIAL_HEADER.length
  while (position < input.length) {
    if (input.length - position < 4) throw malformed('snappy', 'bytes end inside a block length', position)
    const size = input.readInt32BE(position)
    position += 4
    if (size < 0 || size > input.length - position) {
      throw malformed('snappy', `block of ${size} bytes, ${input.length - position} are left`, position)
    }
    const block = input.subarray(position, position + size)
    checkBlock(block, position, output.room, maxSize)
    output.append(yield block)
    position += size
  }
  return output.since(0)
}

function isXerial(input: Buffer): boolean {
  return input.length >= XERIAL_HEADER.length && input.compare(XERIAL_MAGIC, 0, XERIAL_MAGIC.length, 0, XERIAL_MAGIC.length) === 0
}

/** Holds the length that a block claims, by which the native side allocates, against what is allowed and what is possible. */
function checkBlock(block: Buffer, position: number, room: number, maxSize: number): void {
  const size = readUnsignedVarint({ bytes: block, position: 0, end: block.length })
  if (size > block.length * MAX_EXPANSION) throw malformed('snappy', `block of ${block.length} bytes claims to hold ${size}`, position)
  if (size > room) throw tooLarge('snappy', maxSize)
}
