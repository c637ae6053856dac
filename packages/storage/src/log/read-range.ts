import { BATCH_OVERHEAD } from '@logan/protocol'
import { endOfBatch, locate, locateEnd } from '../segment/locate.ts'
import type { Segment } from '../segment/segment.ts'
import type { LogConfig } from './log-config.ts'
import { LogRange } from './log-range.ts'

export interface ReadOptions {
  /** The first offset wanted; the range begins with the batch that holds it. */
  readonly offset: number
  readonly maxBytes: number
  /** No batch that reaches to this offset or beyond. */
  readonly limitOffset: number
  /** The first batch, even if it is larger than `maxBytes`. */
  readonly minOneBatch: boolean
}

const noBatch = 'there is no batch here'

/** Finds the range in one segment; null when it has nothing at or behind the offset that may be read. */
export function readRange(segment: Segment, options: ReadOptions, config: LogConfig): LogRange | null {
  const { offset, maxBytes, limitOffset, minOneBatch } = options
  const { indexIntervalBytes, mayHaveGaps = false } = config
  const start = locate(segment, offset, indexIntervalBytes)
  if (start.kind === 'broken') return unreadable(segment, start.position, offset, noBatch)
  if (start.offset > offset && !mayHaveGaps) return unreadable(segment, start.position, offset, 'the batch of this offset is gone')
  const limit = locate(segment, limitOffset, indexIntervalBytes)
  if (limit.position <= start.position) return null
  let end = locateEnd(segment, start, limit, maxBytes, indexIntervalBytes)
  if (end.position === start.position) {
    const first = endOfBatch(segment, start)
    if (first === undefined) return unreadable(segment, start.position, offset, noBatch)
    if (!minOneBatch) return null
    end = first
  }
  segment.known.add(end.offset, end.position)
  return new LogRange({ segment, start, end, mayHaveGaps })
}

/** A range that stands for what cannot be read: whoever asks for its bytes is told. */
function unreadable(segment: Segment, position: number, offset: number, fault: string): LogRange {
  return new LogRange({
    segment,
    start: { position, offset },
    end: { position: position + BATCH_OVERHEAD, offset: offset + 1 },
    mayHaveGaps: false,
    fault: `${fault}: offset ${offset}`,
  })
}
