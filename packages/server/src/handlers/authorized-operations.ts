/** What Kafka tells who did not ask. */
export const notAsked = -2147483648

// Without an authorizer everybody may do everything that can be done to a resource: one bit per operation code (KIP-430).

/** READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS */
export const topicOperations = bits(3, 4, 5, 6, 7, 8, 10, 11)
/** CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE */
export const clusterOperations = bits(5, 7, 8, 9, 10, 11, 12)

function bits(...codes: readonly number[]): number {
  return codes.reduce((mask, code) => mask | (1 << code), 0)
}
