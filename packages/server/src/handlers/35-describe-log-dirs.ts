import { DescribeLogDirs } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import type { BrokerServices } from '../dispatch/request-context.ts'
import type { LogDescription, PartitionRef } from '../shard/commands.ts'

/** DescribeLogDirs v0-5: the one data directory, its partitions' sizes, and its space (v4, KIP-827). It is never cordoned (v5). */
export const describeLogDirs = handler(DescribeLogDirs, { versions: [0, 5] }, async (request, { broker }) => {
  const image = broker.image()
  const partitions = request.topics?.flatMap(({ topic, partitions: indexes }): PartitionRef[] => {
    const found = image.topicsByName.get(topic)
    return found === undefined ? [] : indexes.map((partition) => ({ topicId: found.id, partition }))
  })
  const logs = (await broker.shards.toAll({ kind: 'describeLogs', partitions: partitions ?? null })).flat()
  const { logDirectory } = broker
  return {
    throttleTimeMs: 0,
    results: [{ errorCode: 0, logDir: logDirectory.path, topics: groupByTopic(logs, broker), ...logDirectory.space() }],
  }
})

function groupByTopic(logs: readonly LogDescription[], broker: BrokerServices) {
  const image = broker.image()
  const topics = new Map<string, { name: string; partitions: ReturnType<typeof toPartition>[] }>()
  for (const log of logs) {
    const name = image.topicsById.get(log.topicId)?.name
    if (name === undefined) continue
    const topic = topics.get(name)
    if (topic === undefined) topics.set(name, { name, partitions: [toPartition(log)] })
    else topic.partitions.push(toPartition(log))
  }
  return [...topics.values()]
}

/** The lag is that of a replica behind its leader, and this is the leader. */
function toPartition({ partition, sizeInBytes }: LogDescription) {
  return { partitionIndex: partition, partitionSize: sizeInBytes, offsetLag: 0, isFutureKey: false }
}
