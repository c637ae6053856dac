import { DescribeConfigs, type ErrorName, errorCodes, type RequestOf } from '@logan/protocol'
import { topicNameFault } from '../cluster/topic-names.ts'
import { type ConfigEntry, configSources, describeBrokerConfigs, describeTopicConfigs } from '../config/describe-configs.ts'
import { handler } from '../dispatch/handler.ts'
import type { BrokerServices } from '../dispatch/request-context.ts'

type Request = RequestOf<typeof DescribeConfigs>
type Resource = Request['resources'][number]

const resourceTypes = { topic: 2, broker: 4 } as const

/**
 * DescribeConfigs v0-4: the configs of topics and of the broker, with sources and synonyms (v1, KIP-226), types and documentation (v3, KIP-569).
 * Left out: loggers, client metrics and groups, which have no configs here yet.
 */
export const describeConfigs = handler(DescribeConfigs, { versions: [0, 4] }, (request, { apiVersion, broker }) => ({
  results: request.resources.map((resource) => {
    const { resourceType, resourceName } = resource
    const described = describe(resource, broker)
    if ('error' in described)
      return { errorCode: errorCodes[described.error], errorMessage: described.message, resourceType, resourceName, configs: [] }
    const configs = asked(described.configs, resource).map((entry) => toResponse(entry, request, apiVersion))
    return { errorCode: errorCodes.NONE, errorMessage: null, resourceType, resourceName, configs }
  }),
}))

type Described = { readonly configs: readonly ConfigEntry[] } | { readonly error: ErrorName; readonly message: string | null }

function describe({ resourceType, resourceName }: Resource, broker: BrokerServices): Described {
  if (resourceType === resourceTypes.topic) return describeTopic(resourceName, broker)
  if (resourceType === resourceTypes.broker) return describeBroker(resourceName, broker)
  return { error: 'INVALID_REQUEST', message: `Unsupported resource type: ${resourceType}` }
}

function describeTopic(name: string, broker: BrokerServices): Described {
  const reason = topicNameFault(name)
  if (reason !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: reason }
  const topic = broker.image().topicsByName.get(name)
  if (topic === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: null }
  return { configs: describeTopicConfigs(topic.configs, broker.config) }
}

/** No name stands for the defaults of all brokers, as they were set while running: so far none can be. */
function describeBroker(name: string, { nodeId, config }: BrokerServices): Described {
  if (name === '') return { configs: [] }
  if (!/^-?\d+$/.test(name)) return { error: 'INVALID_REQUEST', message: `Broker id must be an integer, but it is: ${name}` }
  if (Number(name) === nodeId) return { configs: describeBrokerConfigs(config) }
  return { error: 'INVALID_REQUEST', message: `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}` }
}

function asked(configs: readonly ConfigEntry[], { configurationKeys }: Resource): readonly ConfigEntry[] {
  if (configurationKeys === null || configurationKeys.length === 0) return configs
  return configs.filter(({ name }) => configurationKeys.includes(name))
}

function toResponse(entry: ConfigEntry, { includeSynonyms, includeDocumentation }: Request, apiVersion: number) {
  return {
    name: entry.name,
    value: entry.value,
    readOnly: entry.readOnly,
    isSensitive: false,
    // Version 0 tells this instead of the source.
    ...(apiVersion === 0 ? { isDefault: entry.source === configSources.default } : {}),
    configSource: entry.source,
    synonyms: includeSynonyms ? entry.synonyms : [],
    configType: entry.type,
    documentation: includeDocumentation ? entry.documentation : null,
  }
}
