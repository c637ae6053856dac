import { walkBatches } from './batch-walk.ts'
import type { Segment } from './segment.ts'

/** A place between batches. */
export interface BatchPosition {
  readonly position: number
  /** Base offset of the batch that begins there; at the end of a segment, the offset that follows. */
  readonly offset: number
}

/** `broken`: the bytes where the batch should be are none. */
export type Located = ({ readonly kind: 'found' } & BatchPosition) | { readonly kind: 'broken'; readonly position: number }

/** Where the batch begins that holds `offset`, or the first behind it; the segment's end if there is none. */
export function locate(segment: Segment, offset: number, intervalBytes: number): Located {
  if (offset >= segment.nextOffset) return { kind: 'found', position: segment.size, offset: segment.nextOffset }
  const known = segment.known.get(offset)
  if (known !== undefined) return { kind: 'found', position: known, offset }
  const from = segment.indexes(intervalBytes).offsets.atOrBefore(offset)?.position ?? 0
  const found = walkTo(segment, from, offset)
  if (found.kind === 'found' || from === 0 || !segment.rebuildIndexes(intervalBytes)) return found
  // The index led to what is no batch although the records are whole: it was wrong.
  return walkTo(segment, segment.indexes(intervalBytes).offsets.atOrBefore(offset)?.position ?? 0, offset)
}

function walkTo(segment: Segment, from: number, offset: number): Located {
  let found: BatchPosition = { position: segment.size, offset: segment.nextOffset }
  let misled = false
  const walk = walkBatches({ file: segment.records, from, end: segment.size }, (batch, position) => {
    misled = position === from && from > 0 && batch.baseOffset > offset
    if (batch.lastOffset < offset) return undefined
    found = { position, offset: batch.baseOffset }
    return 'stop'
  })
  return walk.kind === 'broken' || misled ? { kind: 'broken', position: walk.position } : { kind: 'found', ...found }
}

/** The last place between batches within `maxBytes` of `start` and not behind `limit`. */
export function locateEnd(segment: Segment, start: BatchPosition, limit: Located, maxBytes: number, intervalBytes: number): BatchPosition {
  const most = start.position + maxBytes
  if (limit.kind === 'found' && limit.position <= most) return limit
  const indexed = segment.indexes(intervalBytes).offsets.atOrBeforePosition(Math.min(most, limit.position))?.position ?? 0
  let end = start
  walkBatches({ file: segment.records, from: Math.max(indexed, start.position), end: limit.position }, (batch, position) => {
    if (position > start.position) end = { position, offset: batch.baseOffset }
    const next = position + batch.sizeInBytes
    if (next > most) return 'stop'
    end = { position: next, offset: batch.lastOffset + 1 }
    return undefined
  })
  return end
}

/** The end of the batch at `start`; undefined when there is none. */
export function endOfBatch(segment: Segment, start: BatchPosition): BatchPosition | undefined {
  let end: BatchPosition | undefined
  walkBatches({ file: segment.records, from: start.position, end: segment.size }, (batch, position) => {
    end = { position: position + batch.sizeInBytes, offset: batch.lastOffset + 1 }
    return 'stop'
  })
  return end
}
