export interface AssignmentRules {
  readonly nodeId: number
}

/** Why a partition cannot be placed by hand like this, in the words of Kafka's INVALID_REPLICA_ASSIGNMENT. There is one broker, so one replica. */
export function assignmentFault(brokerIds: readonly number[], { nodeId }: AssignmentRules): string | undefined {
  if (brokerIds.length === 0) return 'The manual partition assignment includes an empty replica list.'
  const sorted = [...brokerIds].sort((a, b) => a - b)
  for (const [index, brokerId] of sorted.entries()) {
    if (brokerId !== nodeId) return `The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`
    if (index > 0) return `The manual partition assignment includes the broker ${brokerId} more than once.`
  }
  return undefined
}
