import type { ErrorName } from '@logan/protocol'
import type { ClusterImage, TopicImage } from '../cluster/image.ts'

export interface TopicRef {
  readonly name: string
  readonly topicId: string
}

export interface Resolved {
  readonly error: ErrorName
  readonly found: TopicImage | undefined
}

/** The topic that a request means: by id where the version carries ids (KIP-516), else by name. */
export function resolveTopic(image: ClusterImage, { name, topicId }: TopicRef, byId: boolean): Resolved {
  const found = byId ? image.topicsById.get(topicId) : image.topicsByName.get(name)
  if (found !== undefined) return { error: 'NONE', found }
  return { error: byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION', found }
}
