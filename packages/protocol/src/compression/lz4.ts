import * as native from 'lz4-napi'
import type { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { type BlockJobs, runJobs, runJobsAsync } from './block-jobs.ts'
import { DEFAULT_MAX_DECOMPRESSED_SIZE, type DecompressOptions, malformed, tooLarge } from './codec.ts'
import { type FrameHeader, need, readFrameHeader, STORED_BLOCK, WRITTEN_BLOCK_SIZE, writeFrameHeader } from './lz4-frame.ts'
import { Output } from './output.ts'
import { xxhash32 } from './xxhash32.ts'

// Frames are ours and only blocks are native: the native frame reader has no bound on its output, stops in silence after the first of
// several frames, and takes 80 us for a forged frame of 24 bytes. A native block is preceded by its uncompressed size as uint32 LE:
// just where the frame has the block's length, so the one is written over the other.

/** A length byte stands for 255 bytes of output at most; the rest is slack for the shortest blocks. */
const MAX_EXPANSION = 255
const EXPANSION_SLACK = 64
/** How far back a linked block may refer. */
const WINDOW = 64 * 1024

interface Block {
  /** The most it may decompress to, as uint32 LE, and the block. */
  readonly prefixed: Buffer
  /** The output before it, for a linked block. */
  readonly dictionary: Buffer | null
  /** That most is less than a block may hold: then too little room is the likely reason of a failure. */
  readonly cramped: boolean
}

/** @param brokenHeaderChecksum as readers of messages of magic 0 expect it (KAFKA-3160) */
export function lz4Compress(bytes: Uint8Array, brokenHeaderChecksum = false): Buffer {
  return runJobs(compressJobs(bytes, brokenHeaderChecksum), (block) => native.compressSync(block))
}

export function lz4CompressAsync(bytes: Uint8Array, brokenHeaderChecksum = false): Promise<Buffer> {
  return runJobsAsync(compressJobs(bytes, brokenHeaderChecksum), (block) => native.compress(block))
}

export function lz4Decompress(bytes: Uint8Array, options: DecompressOptions): Buffer {
  return runJobs(decompressJobs(bytes, options), (block) => {
    try {
      return native.uncompressSync(block.prefixed, block.dictionary)
    } catch (error) {
      throw blockError(error, block, options)
    }
  })
}

export function lz4DecompressAsync(bytes: Uint8Array, options: DecompressOptions): Promise<Buffer> {
  return runJobsAsync(decompressJobs(bytes, options), async (block) => {
    try {
      return await native.uncompress(block.prefixed, block.dictionary)
    } catch (error) {
      throw blockError(error, block, options)
    }
  })
}

function* compressJobs(bytes: Uint8Array, brokenHeaderChecksum: boolean): BlockJobs<Buffer> {
  const input = asBuffer(bytes)
  const parts = [writeFrameHeader(brokenHeaderChecksum)]
  for (let start = 0; start < input.length; start += WRITTEN_BLOCK_SIZE) {
    const plain = input.subarray(start, start + WRITTEN_BLOCK_SIZE)
    const prefixed = yield plain
    const size = prefixed.length - 4
    if (size < plain.length) {
      prefixed.writeUInt32LE(size)
      parts.push(prefixed)
    } else {
      const stored = Buffer.allocUnsafe(4)
      stored.writeUInt32LE(STORED_BLOCK + plain.length)
      parts.push(stored, plain)
    }
  }
  parts.push(Buffer.alloc(4)) // end mark
  return Buffer.concat(parts)
}

function* decompressJobs(bytes: Uint8Array, options: DecompressOptions): BlockJobs<Block> {
  const { maxSize = DEFAULT_MAX_DECOMPRESSED_SIZE, strict = false, ignoreLz4HeaderChecksum = false } = options
  const input = Buffer.from(bytes) // a copy, for lengths are written over
  const output = new Output('lz4', maxSize, input.length * 4)
  let position = 0
  do {
    if (strict && position > 0) throw malformed('lz4', 'bytes left over after the frame', position)
    const header = readFrameHeader(input, position, ignoreLz4HeaderChecksum)
    if (strict && !header.independentBlocks) throw malformed('lz4', 'linked blocks', position)
    position = yield* frameJobs(input, header, output)
  } while (position < input.length)
  return output.since(0)
}

/** The blocks of one frame; returns the position after it. */
function* frameJobs(input: Buffer, header: FrameHeader, output: Output): Generator<Block, number, Buffer> {
  const start = output.size
  let position = header.end
  for (;;) {
    need(input, position, 4)
    const length = input.readUInt32LE(position)
    if (length === 0) break
    const size = length >= STORED_BLOCK ? length - STORED_BLOCK : length
    const end = position + 4 + size
    if (size > header.maxBlockSize) throw malformed('lz4', `block of ${size} bytes, ${header.maxBlockSize} at most`, position)
    need(input, position + 4, size + (header.blockChecksums ? 4 : 0))
    if (header.blockChecksums) checkHash(input.subarray(position + 4, end), input, end)
    if (length >= STORED_BLOCK) {
      output.append(input.subarray(position + 4, end))
    } else {
      const most = Math.min(header.maxBlockSize, size * MAX_EXPANSION + EXPANSION_SLACK)
      const cramped = output.room < most
      input.writeUInt32LE(cramped ? output.room : most, position)
      const dictionary = header.independentBlocks ? null : output.since(Math.max(start, output.size - WINDOW))
      output.append(yield { prefixed: input.subarray(position, end), dictionary, cramped })
    }
    position = header.blockChecksums ? end + 4 : end
  }
  position += 4
  if (header.contentSize !== null && header.contentSize !== BigInt(output.size - start)) {
    throw malformed('lz4', `frame of ${output.size - start} bytes claims to hold ${header.contentSize}`, position)
  }
  if (!header.contentChecksum) return position
  need(input, position, 4)
  checkHash(output.since(start), input, position)
  return position + 4
}

function blockError(error: unknown, { cramped }: Block, { maxSize = DEFAULT_MAX_DECOMPRESSED_SIZE }: DecompressOptions): ProtocolError {
  return cramped ? tooLarge('lz4', maxSize) : malformed('lz4', String(error))
}

function checkHash(bytes: Buffer, input: Buffer, position: number): void {
  if (input.readUInt32LE(position) !== xxhash32(bytes)) throw malformed('lz4', 'wrong checksum', position)
}
