/** Kafka's check of the epoch a client believes in (KIP-320); -1 means that it does not say. */
export function checkLeaderEpoch(requested: number, current: number): 'NONE' | 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH' {
  if (requested === -1 || requested === current) return 'NONE'
  return requested < current ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
}
