import type { AppendedBatch } from '../../src/state/producer-state.ts'

/** A data batch of an idempotent producer; the last sequence follows from the offsets. */
export function dataBatch(fields: Partial<AppendedBatch> & { count?: number } = {}): AppendedBatch {
  const { count = 1, baseOffset = 0, baseSequence = 0, ...rest } = fields
  return {
    producerId: 1000,
    producerEpoch: 0,
    baseSequence,
    lastSequence: (baseSequence + count - 1) % 2 ** 31,
    baseOffset,
    lastOffset: baseOffset + count - 1,
    maxTimestamp: 1_700_000_000_000,
    isTransactional: false,
    isControl: false,
    ...rest,
  }
}
