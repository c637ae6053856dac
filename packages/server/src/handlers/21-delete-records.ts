import { DeleteRecords, errorCodes } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import { resolveTopic } from './resolve-topic.ts'

/** DeleteRecords v0-2: moves a partition's log start offset on (KIP-107); -1 stands for the high watermark. */
export const deleteRecords = handler(DeleteRecords, { versions: [0, 2] }, async (request, { broker }) => {
  const topics = await Promise.all(
    request.topics.map(async ({ name, partitions }) => {
      const { error, found } = resolveTopic(broker.image(), { name, topicId: '' }, false)
      const deleteBefore = async (partition: number, beforeOffset: number) => {
        if (found === undefined) return { error, lowWatermark: -1 }
        // Kafka guards its own topics: their records are state.
        if (found.isInternal) return { error: 'INVALID_TOPIC_EXCEPTION' as const, lowWatermark: -1 }
        return broker.shards.toOwner({ kind: 'deleteRecords', topicId: found.id, partition, beforeOffset })
      }
      const answers = partitions.map(async ({ partitionIndex, offset }) => {
        const answer = await deleteBefore(partitionIndex, offset)
        return { partitionIndex, lowWatermark: answer.lowWatermark, errorCode: errorCodes[answer.error] }
      })
      return { name, partitions: await Promise.all(answers) }
    }),
  )
  return { throttleTimeMs: 0, topics }
})
