import {
  constants,
  gunzip,
  gunzipSync,
  gzip,
  gzipSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib'
import { type CodecName, DEFAULT_MAX_DECOMPRESSED_SIZE, type DecompressOptions, malformed, tooLarge } from './codec.ts'

// gzip (several members are read as one) and zstd (several frames likewise), both by Node's zlib.

type Name = Extract<CodecName, 'gzip' | 'zstd'>

/** With `info: true` zlib also tells how much input it took: what follows the last member or frame is otherwise passed over in silence. */
interface Inflated {
  buffer: Buffer
  engine: { bytesWritten: number }
}

export function gzipCompress(bytes: Uint8Array, level?: number): Buffer {
  return gzipSync(bytes, gzipOptions(level))
}

export function gzipCompressAsync(bytes: Uint8Array, level?: number): Promise<Buffer> {
  return settled((callback) => gzip(bytes, gzipOptions(level), callback))
}

export function zstdCompressBytes(bytes: Uint8Array, level?: number): Buffer {
  return zstdCompressSync(bytes, zstdOptions(bytes, level))
}

export function zstdCompressBytesAsync(bytes: Uint8Array, level?: number): Promise<Buffer> {
  return settled((callback) => zstdCompress(bytes, zstdOptions(bytes, level), callback))
}

export function zlibDecompress(name: Name, bytes: Uint8Array, options: DecompressOptions): Buffer {
  const { maxSize = DEFAULT_MAX_DECOMPRESSED_SIZE } = options
  const run = name === 'gzip' ? gunzipSync : zstdDecompressSync
  try {
    return whole(name, bytes, run(bytes, inflateOptions(bytes, maxSize)) as unknown as Inflated)
  } catch (error) {
    throw translated(name, error, maxSize)
  }
}

export async function zlibDecompressAsync(name: Name, bytes: Uint8Array, options: DecompressOptions): Promise<Buffer> {
  const { maxSize = DEFAULT_MAX_DECOMPRESSED_SIZE } = options
  const settings = inflateOptions(bytes, maxSize)
  try {
    const inflated = await settled<Buffer>((callback) =>
      name === 'gzip' ? gunzip(bytes, settings, callback) : zstdDecompress(bytes, settings, callback),
    )
    return whole(name, bytes, inflated as unknown as Inflated)
  } catch (error) {
    throw translated(name, error, maxSize)
  }
}

function gzipOptions(level: number | undefined): ZlibOptions {
  return level === undefined ? {} : { level }
}

function zstdOptions(bytes: Uint8Array, level: number | undefined): ZstdOptions {
  // The frame then tells the size, which readers allocate by.
  const size = { pledgedSrcSize: bytes.length }
  return level === undefined ? size : { ...size, params: { [constants.ZSTD_c_compressionLevel]: level } }
}

function inflateOptions(bytes: Uint8Array, maxSize: number): { info: true; maxOutputLength: number; chunkSize: number } {
  // Output comes in chunks of this size; about the whole output in one chunk is a quarter faster than Node's 16 KiB.
  const chunkSize = Math.min(Math.max(bytes.length * 4, 1024), 1024 * 1024)
  return { info: true, maxOutputLength: Math.max(maxSize, 1), chunkSize }
}

function whole(name: Name, bytes: Uint8Array, { buffer, engine }: Inflated): Buffer {
  if (engine.bytesWritten < bytes.length) throw malformed(name, 'bytes left over after the compressed data', engine.bytesWritten)
  return buffer
}

function translated(name: Name, error: unknown, maxSize: number): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(name, maxSize)
  return code.startsWith('Z_') || code.startsWith('ZSTD_') ? malformed(name, (error as Error).message) : error
}

function settled<T>(start: (callback: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => start((error, result) => (error === null ? resolve(result) : reject(error))))
}
