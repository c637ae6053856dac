const legalName = /^[a-zA-Z0-9._-]+$/
const longestName = 249

/** The topic of the metadata log itself. It is none of the topics of the image. */
export const clusterMetadataTopic = '__cluster_metadata'

/** Topics that the broker makes and writes itself. */
const internalTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

export function isInternalTopic(name: string): boolean {
  return internalTopics.has(name)
}

/** Why a topic cannot have this name, in the words of Kafka's INVALID_TOPIC_EXCEPTION; undefined when it can. */
export function topicNameFault(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed'
  if (name === '.') return "Topic name is invalid: '.' is not allowed"
  if (name === '..') return "Topic name is invalid: '..' is not allowed"
  if (name.length > longestName)
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${longestName}`
  if (!legalName.test(name)) {
    return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  }
  return undefined
}

/** Names that are equal here collide: metrics of Kafka show a period as an underscore. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}
