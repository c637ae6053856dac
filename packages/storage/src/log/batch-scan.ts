import { BATCH_OVERHEAD, batchLayout, crc32c, RecordBatchView } from '@logan/protocol'
import type { DiskFile } from '../disk/disk.ts'
import { isPlausibleHeader } from '../segment/batch-walk.ts'

const windowSize = 1024 * 1024

/** A batch that recovery came to. Only its header is in memory. */
export interface ScannedBatch {
  readonly header: RecordBatchView
  readonly position: number
  readonly crcMatches: boolean
}

/**
 * Reads a `.log` from its beginning and checks every checksum, in pieces of 1 MiB, so that a batch (or a length that lies) of any size
 * needs no more memory. `visit` may keep nothing of the header and ends the scan by returning 'stop'.
 * @returns where it ended: behind the last batch, before the one at which `visit` stopped, or at what is no batch
 */
export async function scanBatches(file: DiskFile, end: number, visit: (batch: ScannedBatch) => 'stop' | undefined): Promise<number> {
  const window = new Window(file, end)
  const headerBytes = Buffer.alloc(BATCH_OVERHEAD)
  let position = 0
  while (end - position >= BATCH_OVERHEAD) {
    if (!window.holds(position, BATCH_OVERHEAD)) await window.load(position)
    if (!window.holds(position, BATCH_OVERHEAD)) break
    // Its own copy: the window moves on while the checksum is computed.
    window.bytes(position, BATCH_OVERHEAD).copy(headerBytes)
    const header = new RecordBatchView(headerBytes)
    if (!isPlausibleHeader(header, end - position)) break
    const next = position + header.sizeInBytes
    const crc = window.holds(position, next - position)
      ? crc32c(window.bytes(position + batchLayout.attributes, next - position - batchLayout.attributes))
      : await crcInPieces(window, position + batchLayout.attributes, next)
    if (visit({ header, position, crcMatches: crc === header.crc }) === 'stop') break
    position = next
  }
  return position
}

async function crcInPieces(window: Window, from: number, to: number): Promise<number> {
  let crc = 0
  for (let position = from; position < to; ) {
    if (!window.holds(position, 1)) await window.load(position)
    const piece = window.bytes(position, Math.min(to, window.end) - position)
    if (piece.length === 0) break
    crc = crc32c(piece, crc)
    position += piece.length
  }
  return crc
}

/** The part of a file that is in memory. */
class Window {
  readonly #file: DiskFile
  readonly #buffer: Buffer
  #start = 0
  end = 0

  constructor(file: DiskFile, fileEnd: number) {
    this.#file = file
    this.#buffer = Buffer.allocUnsafe(Math.min(windowSize, fileEnd))
  }

  holds(position: number, size: number): boolean {
    return position >= this.#start && position + size <= this.end
  }

  async load(position: number): Promise<void> {
    const count = await this.#file.read(this.#buffer, position)
    this.#start = position
    this.end = position + count
  }

  bytes(position: number, size: number): Buffer {
    return this.#buffer.subarray(position - this.#start, position - this.#start + Math.max(0, size))
  }
}
