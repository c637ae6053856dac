import type { LogConfig } from './log-config.ts'

/** What retention looks at in a segment. */
export interface RetainedSegment {
  readonly size: number
  /** One beyond the last offset. */
  readonly nextOffset: number
  /** The greatest timestamp, or when the file was written last if its records have none. */
  readonly latestMs: () => number
}

export interface RetentionView {
  /** Oldest first; the last one is active. */
  readonly segments: readonly RetainedSegment[]
  readonly logStartOffset: number
  /** Segments that reach beyond are not deleted: nobody could have read their end. */
  readonly visibleOffset: number
  readonly nowMs: number
}

/** How many of the oldest segments are to go: by age, then by size, then those wholly below the log start offset (Kafka's deleteOldSegments). */
export function expiredSegments(view: RetentionView, config: Pick<LogConfig, 'retentionMs' | 'retentionBytes'>): number {
  return Math.max(expiredByTime(view, config.retentionMs), expiredBySize(view, config.retentionBytes), belowStart(view))
}

function expiredByTime({ nowMs, ...view }: RetentionView, retentionMs: number): number {
  if (retentionMs < 0) return 0
  return countWhile(view, ({ latestMs }) => nowMs - latestMs() > retentionMs)
}

function expiredBySize(view: Omit<RetentionView, 'nowMs'>, retentionBytes: number): number {
  if (retentionBytes < 0) return 0
  let surplus = view.segments.reduce((total, { size }) => total + size, 0) - retentionBytes
  return countWhile(view, ({ size }) => {
    surplus -= size
    return surplus >= 0
  })
}

function belowStart({ segments, logStartOffset }: RetentionView): number {
  const kept = segments.slice(0, -1).findIndex(({ nextOffset }) => nextOffset > logStartOffset)
  return kept === -1 ? segments.length - 1 : kept
}

/** The oldest segments of which `expired` holds. An empty active segment stays. */
function countWhile({ segments, visibleOffset }: Omit<RetentionView, 'nowMs'>, expired: (segment: RetainedSegment) => boolean): number {
  const kept = segments.findIndex((segment, index) => {
    const isEmptyLast = index === segments.length - 1 && segment.size === 0
    return segment.nextOffset > visibleOffset || isEmptyLast || !expired(segment)
  })
  return kept === -1 ? segments.length : kept
}
