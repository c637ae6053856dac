import type { RecordBatchView } from '@logan/protocol'
import type { Segment } from '../segment/segment.ts'
import type { LogConfig } from './log-config.ts'

/** Whether `batch`, which has its offsets, must go to a new segment: by size, age, full indexes, or offsets out of the indexes' reach (Kafka's shouldRoll). */
export function shouldRoll(segment: Segment, batch: RecordBatchView, config: LogConfig, nowMs: number): boolean {
  if (segment.size === 0) return false
  return (
    segment.size > config.segmentBytes - batch.sizeInBytes ||
    ageMs(segment, batch.maxTimestamp, nowMs) > config.segmentMs ||
    segment.indexes(config.indexIntervalBytes).isFull(config.segmentIndexBytes) ||
    !segment.canHold(batch.lastOffset)
  )
}

/** By the records' time, from first batch to new batch; by the wall clock where records have no timestamps. */
function ageMs(segment: Segment, timestampMs: number, nowMs: number): number {
  const first = segment.firstTimestampMs()
  return first >= 0 ? timestampMs - first : nowMs - segment.createdMs
}
