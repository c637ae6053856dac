import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { type CodecId, codecName, codecs, type DecompressOptions } from './codec.ts'
import { lz4Compress, lz4CompressAsync, lz4Decompress, lz4DecompressAsync } from './lz4.ts'
import { snappyCompress, snappyCompressAsync, snappyDecompress, snappyDecompressAsync } from './snappy.ts'
import {
  gzipCompress,
  gzipCompressAsync,
  zlibDecompress,
  zlibDecompressAsync,
  zstdCompressBytes,
  zstdCompressBytesAsync,
} from './zlib-codecs.ts'

export { type CodecId, type CodecName, codecName, codecs, DEFAULT_MAX_DECOMPRESSED_SIZE, type DecompressOptions } from './codec.ts'

/**
 * Compresses in the form that all clients read (snappy in xerial's framing, lz4 as a frame of independent 64 KiB blocks).
 * @param level as the codec counts (gzip 1-9, zstd 1-22); without it the library's default; snappy and lz4 have none
 */
export function compress(codec: CodecId, bytes: Uint8Array, level?: number): Buffer {
  switch (codec) {
    case codecs.none:
      return asBuffer(bytes)
    case codecs.gzip:
      return gzipCompress(bytes, level)
    case codecs.snappy:
      return snappyCompress(bytes)
    case codecs.lz4:
      return lz4Compress(bytes)
    case codecs.zstd:
      return zstdCompressBytes(bytes, level)
  }
}

/** The same on libuv's threads. The bytes must stay as they are until it settles. */
export async function compressAsync(codec: CodecId, bytes: Uint8Array, level?: number): Promise<Buffer> {
  switch (codec) {
    case codecs.none:
      return asBuffer(bytes)
    case codecs.gzip:
      return gzipCompressAsync(bytes, level)
    case codecs.snappy:
      return snappyCompressAsync(bytes)
    case codecs.lz4:
      return lz4CompressAsync(bytes)
    case codecs.zstd:
      return zstdCompressBytesAsync(bytes, level)
  }
}

/**
 * Decompresses. Memory follows what really comes out and stays below `maxSize` (and one block), whatever lengths the bytes claim.
 * @param codec id as it stands in attributes
 * @throws ProtocolError for an unknown codec, bytes that are not the codec's, left-over bytes, or more than `maxSize` bytes
 */
export function decompress(codec: number, bytes: Uint8Array, options: DecompressOptions = {}): Buffer {
  switch (known(codec)) {
    case 'none':
      return asBuffer(bytes)
    case 'snappy':
      return snappyDecompress(bytes, options)
    case 'lz4':
      return lz4Decompress(bytes, options)
    case 'gzip':
      return zlibDecompress('gzip', bytes, options)
    case 'zstd':
      return zlibDecompress('zstd', bytes, options)
  }
}

/** What is decompressed at once also by {@link decompressAsync}: a way through libuv's threads costs more than such a piece of work. */
const SMALL_INPUT = 4 * 1024
const SMALL_OUTPUT = 64 * 1024

/** The same on libuv's threads, but for small pieces. The bytes must stay as they are until it settles. */
export async function decompressAsync(codec: number, bytes: Uint8Array, options: DecompressOptions = {}): Promise<Buffer> {
  return decompressSmall(codec, bytes, options) ?? decompressOffLoop(codec, bytes, options)
}

function decompressSmall(codec: number, bytes: Uint8Array, options: DecompressOptions): Buffer | null {
  const { maxSize = SMALL_OUTPUT } = options
  if (bytes.length > SMALL_INPUT) return null
  try {
    return decompress(codec, bytes, { ...options, maxSize: Math.min(maxSize, SMALL_OUTPUT) })
  } catch (error) {
    // Too large for now, or malformed: the way off the loop tells which.
    if (error instanceof ProtocolError) return null
    throw error
  }
}

async function decompressOffLoop(codec: number, bytes: Uint8Array, options: DecompressOptions): Promise<Buffer> {
  switch (known(codec)) {
    case 'none':
      return asBuffer(bytes)
    case 'snappy':
      return snappyDecompressAsync(bytes, options)
    case 'lz4':
      return lz4DecompressAsync(bytes, options)
    case 'gzip':
      return zlibDecompressAsync('gzip', bytes, options)
    case 'zstd':
      return zlibDecompressAsync('zstd', bytes, options)
  }
}

function known(codec: number) {
  const name = codecName(codec)
  if (name === null) throw new ProtocolError(`unknown compression codec ${codec}`)
  return name
}
