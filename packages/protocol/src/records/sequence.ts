const SEQUENCES = 0x8000_0000

/** The sequence `increment` after `sequence` (0 to 2^31 - 1), where 0 follows 2^31 - 1. */
export function incrementSequence(sequence: number, increment: number): number {
  return (sequence + increment) % SEQUENCES
}

/** The sequence `decrement` before `sequence`; the inverse of {@link incrementSequence}. */
export function decrementSequence(sequence: number, decrement: number): number {
  return (sequence - decrement + SEQUENCES) % SEQUENCES
}
