import { corrupt, type Decoded, decoded } from './decoded.ts'

const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

/** Text of `partition.metadata`, which ties a partition's directory to its topic's id. No line break at its end, as Kafka writes it. */
export function encodePartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`
}

/** The topic id, as Kafka's 22 characters. */
export function decodePartitionMetadata(text: string): Decoded<string> {
  const [versionLine = '', topicIdLine = ''] = text.split(/\r?\n/)
  if (!/^version:\s+0$/.test(versionLine)) return corrupt(`first line '${versionLine}' is not 'version: 0'`)
  const topicId = /^topic_id:\s+([A-Za-z0-9_-]{22})$/.exec(topicIdLine)?.[1]
  if (topicId === undefined || topicId === zeroUuid) return corrupt(`second line '${topicIdLine}' holds no topic id`)
  return decoded(topicId)
}
