import type { PartitionRef } from './commands.ts'

/**
 * The shard that owns a partition: a pure function, so that every thread knows it without asking.
 * The topic's hash picks where a topic begins; its partitions then go round, so that they spread evenly.
 */
export function shardOf({ topicId, partition }: PartitionRef, shardCount: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < topicId.length; index++) hash = Math.imul(hash ^ topicId.charCodeAt(index), 0x01000193)
  return ((hash >>> 0) + partition) % shardCount
}
