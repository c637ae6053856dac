import { Consumer } from '@platformatic/kafka'

export interface ReadRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string | null>>
  readonly leaderEpoch: number
}

export interface ReadOptions {
  readonly from?: number
  readonly partition?: number
}

/**
 * Reads a partition from an offset to its high watermark, by plain Fetch requests of another implementation than ours.
 * Throws on any error code, and when offsets are not dense.
 */
export async function readPartition(
  bootstrap: string,
  topic: string,
  { from = 0, partition = 0 }: ReadOptions = {},
): Promise<ReadRecord[]> {
  const consumer = new Consumer({ clientId: 'reader', groupId: 'unused', bootstrapBrokers: [bootstrap] })
  try {
    const { topics } = await consumer.metadata({ topics: [topic] })
    const { id, partitions } = topics.get(topic)!
    const records: ReadRecord[] = []
    for (;;) {
      const next = from + records.length
      const fetch = { partition, currentLeaderEpoch: -1, fetchOffset: BigInt(next), lastFetchedEpoch: -1, partitionMaxBytes: 1 << 20 }
      const answer = await consumer.fetch({
        node: partitions[partition]!.leader,
        topics: [{ topicId: id, partitions: [fetch] }],
        minBytes: 0,
        maxBytes: 10 << 20,
        maxWaitTime: 0,
      })
      const { highWatermark, records: batches } = answer.responses[0]!.partitions[0]!
      for (const batch of batches ?? []) {
        for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
          const offset = Number(batch.firstOffset) + offsetDelta
          if (offset < next) continue
          if (offset !== from + records.length) throw new Error(`offset ${offset} came where ${from + records.length} was due`)
          records.push({
            offset,
            timestamp: Number(batch.firstTimestamp + timestampDelta),
            key: key?.toString() ?? null,
            value: value?.toString() ?? null,
            headers: Object.fromEntries(headers.map(([name, content]) => [String(name), content?.toString() ?? null])),
            leaderEpoch: batch.partitionLeaderEpoch,
          })
        }
      }
      if (from + records.length >= Number(highWatermark)) return records
      if (from + records.length === next) throw new Error(`no records at offset ${next}, below the high watermark ${highWatermark}`)
    }
  } finally {
    await consumer.close(true)
  }
}
