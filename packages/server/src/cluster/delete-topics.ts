import { nullUuid } from '@logan/protocol'
import type { ClusterImage, TopicImage } from './image.ts'
import type { MetadataChange } from './metadata-changes.ts'
import { done, duplicatesAmong, fault, type Outcome, type Plan } from './plan.ts'

/** A topic by its name or by its id; the other is null or the null uuid. */
export interface TopicToDelete {
  readonly name: string | null
  readonly topicId: string
}

/** What becomes of each topic of a request, by its place, as in Kafka's ControllerApis: a topic that is named twice in any way is not touched. */
export function planDeleteTopics(image: ClusterImage, topics: readonly TopicToDelete[]): Plan<TopicImage> {
  const names = duplicatesAmong(topics.filter(isByName).map(({ name }) => name))
  const ids = duplicatesAmong(topics.filter(isById).map(({ topicId }) => topicId))
  const givenIds = new Set(topics.filter(isById).map(({ topicId }) => topicId))
  const outcomes = topics.map((topic): Outcome<TopicImage> => {
    if (isByName(topic)) return byName(topic.name, image, names, givenIds)
    if (isById(topic)) return byId(topic.topicId, image, ids)
    if (topic.name === null) return fault('INVALID_REQUEST', 'Neither topic name nor id were specified.')
    return fault('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  })
  const records = outcomes.flatMap((outcome): MetadataChange[] =>
    outcome.error === 'NONE' ? [{ name: 'RemoveTopicRecord', message: { topicId: outcome.value.id } }] : [],
  )
  return { outcomes, records }
}

function isByName(topic: TopicToDelete): topic is TopicToDelete & { name: string } {
  return topic.name !== null && topic.topicId === nullUuid
}

function isById({ name, topicId }: TopicToDelete): boolean {
  return name === null && topicId !== nullUuid
}

function byName(name: string, image: ClusterImage, duplicates: ReadonlySet<string>, givenIds: ReadonlySet<string>): Outcome<TopicImage> {
  if (duplicates.has(name)) return fault('INVALID_REQUEST', 'Duplicate topic name.')
  const topic = image.topicsByName.get(name)
  if (topic === undefined) return fault('UNKNOWN_TOPIC_OR_PARTITION')
  if (givenIds.has(topic.id)) return fault('INVALID_REQUEST', 'The provided topic name maps to an ID that was already supplied.')
  return deletable(topic)
}

function byId(topicId: string, image: ClusterImage, duplicates: ReadonlySet<string>): Outcome<TopicImage> {
  if (duplicates.has(topicId)) return fault('INVALID_REQUEST', 'Duplicate topic id.')
  const topic = image.topicsById.get(topicId)
  return topic === undefined ? fault('UNKNOWN_TOPIC_ID') : deletable(topic)
}

function deletable(topic: TopicImage): Outcome<TopicImage> {
  if (topic.isInternal) return fault('INVALID_TOPIC_EXCEPTION', `Topic '${topic.name}' is internal: it cannot be deleted.`)
  return done(topic)
}
