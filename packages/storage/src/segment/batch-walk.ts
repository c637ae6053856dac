import { BATCH_OVERHEAD, ProtocolError, RecordBatchView } from '@logan/protocol'
import type { DiskFile } from '../disk/disk.ts'

/** Enough for the batches between two index entries of the usual distance. */
export const lookUpWindow = 4 * 1024
/** For walks over much of a file. */
export const sequentialWindow = 64 * 1024

const scratch = Buffer.alloc(sequentialWindow)

export interface WalkOptions {
  readonly file: DiskFile
  /** Where a batch begins. */
  readonly from: number
  /** Where the last one ends. */
  readonly end: number
  /** Bytes per read, at most `sequentialWindow`. Default: `lookUpWindow`. */
  readonly window?: number
}

/** How a walk ended, and where: behind the last batch, before the batch at which the visitor said so, or at what is no batch. */
export interface WalkEnd {
  readonly kind: 'end' | 'stopped' | 'broken'
  readonly position: number
}

/**
 * Goes from batch to batch by their headers, without reading what is between. `visit` may keep nothing of the view, of which only the
 * header is there, must not begin another walk, and stops this one by returning 'stop'.
 */
export function walkBatches(options: WalkOptions, visit: (header: RecordBatchView, position: number) => 'stop' | undefined): WalkEnd {
  const { file, end, window = lookUpWindow } = options
  let position = options.from
  let windowStart = 0
  let windowEnd = 0
  while (position < end) {
    if (position < windowStart || position + BATCH_OVERHEAD > windowEnd) {
      windowStart = position
      windowEnd = position + file.readNow(scratch.subarray(0, Math.min(window, end - position)), position)
      if (windowEnd - position < BATCH_OVERHEAD) return { kind: 'broken', position }
    }
    const header = new RecordBatchView(scratch, position - windowStart)
    if (!isPlausibleHeader(header, end - position)) return { kind: 'broken', position }
    // Taken before the visit, so that a visitor that reads elsewhere does no harm to the walk itself.
    const { sizeInBytes } = header
    if (visit(header, position) === 'stop') return { kind: 'stopped', position }
    position += sizeInBytes
  }
  return { kind: 'end', position }
}

/** Whether a header can be one: the CRC is not looked at. `left`: bytes from its beginning to where the last batch must have ended. */
export function isPlausibleHeader(header: RecordBatchView, left: number): boolean {
  const { sizeInBytes } = header
  if (header.magic !== 2 || sizeInBytes < BATCH_OVERHEAD || sizeInBytes > left || header.lastOffsetDelta < 0) return false
  try {
    return header.baseOffset >= 0 && Number.isSafeInteger(header.lastOffset) && Number.isSafeInteger(header.maxTimestamp)
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}
