import { errorCodes, OffsetForLeaderEpoch } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import { resolveTopic } from './resolve-topic.ts'

/** OffsetForLeaderEpoch v0-4: where an epoch ended, so that a client finds out whether its records were truncated (KIP-101, KIP-320). */
export const offsetForLeaderEpoch = handler(OffsetForLeaderEpoch, { versions: [0, 4] }, async (request, { broker }) => {
  const topics = await Promise.all(
    request.topics.map(async ({ topic, partitions }) => {
      const { error, found } = resolveTopic(broker.image(), { name: topic, topicId: '' }, false)
      const answers = partitions.map(async ({ partition, currentLeaderEpoch, leaderEpoch }) => {
        const answer =
          found === undefined
            ? { error, leaderEpoch: -1, endOffset: -1 }
            : await broker.shards.toOwner({ kind: 'epochEndOffset', topicId: found.id, partition, currentLeaderEpoch, leaderEpoch })
        return { errorCode: errorCodes[answer.error], partition, leaderEpoch: answer.leaderEpoch, endOffset: answer.endOffset }
      })
      return { topic, partitions: await Promise.all(answers) }
    }),
  )
  return { throttleTimeMs: 0, topics }
})
