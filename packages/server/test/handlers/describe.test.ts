import { CreateTopics, DescribeCluster, DescribeConfigs, errorCodes, FindCoordinator, InitProducerId } from '@logan/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestBroker, type TestBroker } from './handler-testkit.ts'

let broker: TestBroker

beforeEach(async () => {
  broker = await startTestBroker({ 'log.segment.bytes': '2097152', 'log.retention.hours': '1' })
  const configs = [{ name: 'min.insync.replicas', value: '1' }]
  await broker.call(CreateTopics, 7, { topics: [{ name: 'a', numPartitions: 1, replicationFactor: 1, configs }] })
})

afterEach(() => broker.close())

const topic = { resourceType: 2, resourceName: 'a', configurationKeys: null }

describe.each([0, 1, 2, 3, 4])('DescribeConfigs v%i', (version) => {
  test('a topic, with sources as the version can tell them', async () => {
    const keys = ['segment.bytes', 'min.insync.replicas', 'retention.ms', 'segment.index.bytes', 'no.such']
    const { results } = await broker.call(DescribeConfigs, version, { resources: [{ ...topic, configurationKeys: keys }] })
    const configs = new Map(results[0]?.configs.map((config) => [config.name, config]))
    expect([...configs.keys()].sort()).toEqual(['min.insync.replicas', 'retention.ms', 'segment.bytes', 'segment.index.bytes'])
    const told = (name: string) => (version === 0 ? configs.get(name)?.isDefault : configs.get(name)?.configSource)
    expect(told('min.insync.replicas')).toBe(version === 0 ? false : 1)
    expect(told('segment.bytes')).toBe(version === 0 ? false : 4)
    expect(told('segment.index.bytes')).toBe(version === 0 ? true : 5)
    expect(configs.get('retention.ms')).toMatchObject({ value: '3600000', readOnly: false, isSensitive: false })
    expect(configs.get('segment.bytes')?.configType).toBe(version >= 3 ? 3 : 0)
  })

  test('the broker', async () => {
    const { results } = await broker.call(DescribeConfigs, version, {
      resources: [
        { resourceType: 4, resourceName: '1', configurationKeys: [] },
        { resourceType: 4, resourceName: '', configurationKeys: null },
      ],
    })
    expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 0])
    const configs = new Map(results[0]?.configs.map((config) => [config.name, config]))
    expect(configs.get('num.partitions')).toMatchObject({ value: '1', readOnly: true })
    expect(configs.get('max.connections')).toMatchObject({ value: '2147483647', readOnly: false })
    expect(configs.get('log.roll.ms')).toMatchObject({ value: null })
    expect(results[1]?.configs).toEqual([])
  })

  test.each([
    [2, 'missing', 'UNKNOWN_TOPIC_OR_PARTITION'],
    [2, 'no way', 'INVALID_TOPIC_EXCEPTION'],
    [4, '2', 'INVALID_REQUEST'],
    [4, 'one', 'INVALID_REQUEST'],
    [8, '1', 'INVALID_REQUEST'],
    [99, '1', 'INVALID_REQUEST'],
  ] as const)('resource %i %s is %s', async (resourceType, resourceName, error) => {
    const { results } = await broker.call(DescribeConfigs, version, {
      resources: [{ resourceType, resourceName, configurationKeys: null }],
    })
    expect(results).toMatchObject([{ errorCode: errorCodes[error], resourceType, resourceName, configs: [] }])
  })
})

test('DescribeConfigs gives synonyms and documentation to who asks', async () => {
  const ask = async (includeSynonyms: boolean, includeDocumentation: boolean) => {
    const keys = ['segment.bytes', 'min.insync.replicas', 'unclean.leader.election.enable', 'cleanup.policy']
    const resources = [{ ...topic, configurationKeys: keys }]
    const { results } = await broker.call(DescribeConfigs, 4, { resources, includeSynonyms, includeDocumentation })
    return new Map(results[0]?.configs.map((config) => [config.name, config]))
  }
  const full = await ask(true, true)
  expect(full.get('segment.bytes')?.synonyms).toEqual([
    { name: 'log.segment.bytes', value: '2097152', source: 4 },
    { name: 'log.segment.bytes', value: '1073741824', source: 5 },
  ])
  expect(full.get('min.insync.replicas')?.synonyms).toEqual([
    { name: 'min.insync.replicas', value: '1', source: 1 },
    { name: 'min.insync.replicas', value: '1', source: 5 },
  ])
  expect(full.get('unclean.leader.election.enable')?.documentation).toMatch(/It has no effect here/)
  expect(full.get('cleanup.policy')?.documentation).toMatch(/not built yet/)
  const bare = await ask(false, false)
  expect(bare.get('segment.bytes')).toMatchObject({ synonyms: [], documentation: null })
})

describe.each([0, 1, 2])('DescribeCluster v%i', (version) => {
  test('names the broker and what may be done', async () => {
    const plain = await broker.call(DescribeCluster, version, {})
    expect(plain).toMatchObject({ errorCode: 0, clusterId: 'cluster-of-tests', controllerId: 1, clusterAuthorizedOperations: -2147483648 })
    expect(plain.brokers).toMatchObject([{ brokerId: 1, host: 'broker.example', port: 9092, rack: null, isFenced: false }])
    const asked = await broker.call(DescribeCluster, version, { includeClusterAuthorizedOperations: true })
    expect(asked.clusterAuthorizedOperations).toBe(8096)
  })

  if (version >= 1)
    test('is no endpoint of controllers', async () => {
      const codes = [2, 7].map(async (endpointType) => (await broker.call(DescribeCluster, version, { endpointType })).errorCode)
      expect(await Promise.all(codes)).toEqual([errorCodes.MISMATCHED_ENDPOINT_TYPE, errorCodes.UNSUPPORTED_ENDPOINT_TYPE])
    })
})

describe.each([0, 1, 2, 3, 4, 5, 6])('FindCoordinator v%i', (version) => {
  test('has none for each key', async () => {
    const none = { errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE, nodeId: -1, host: '', port: -1 }
    const response = await broker.call(FindCoordinator, version, version >= 4 ? { coordinatorKeys: ['g', 'h'] } : { key: 'g' })
    if (version < 4) expect(response).toMatchObject(none)
    else
      expect(response.coordinators).toMatchObject([
        { key: 'g', ...none },
        { key: 'h', ...none },
      ])
  })

  if (version >= 4)
    test('refuses a key type it does not know', async () => {
      const { coordinators } = await broker.call(FindCoordinator, version, { coordinatorKeys: ['g'], keyType: 2 })
      expect(coordinators[0]?.errorCode).toBe(version >= 6 ? errorCodes.COORDINATOR_NOT_AVAILABLE : errorCodes.INVALID_REQUEST)
    })
})

describe.each([0, 1, 2, 3, 4, 5])('InitProducerId v%i', (version) => {
  test('gives a new id each time', async () => {
    const answers = [await broker.call(InitProducerId, version, { transactionalId: null })]
    answers.push(
      await broker.call(InitProducerId, version, { transactionalId: null, ...(version >= 3 ? { producerId: 0, producerEpoch: 3 } : {}) }),
    )
    expect(answers).toMatchObject([
      { errorCode: 0, producerId: 0, producerEpoch: 0 },
      { errorCode: 0, producerId: 1, producerEpoch: 0 },
    ])
  })

  test('refuses a transactional id in a way that clients take for final', async () => {
    const answer = await broker.call(InitProducerId, version, { transactionalId: 't' })
    expect(answer).toMatchObject({ errorCode: errorCodes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, producerId: -1, producerEpoch: -1 })
    expect((await broker.call(InitProducerId, version, { transactionalId: '' })).errorCode).toBe(errorCodes.INVALID_REQUEST)
  })

  if (version >= 3)
    test('refuses an id without an epoch', async () => {
      const answer = await broker.call(InitProducerId, version, { transactionalId: null, producerId: 5 })
      expect(answer.errorCode).toBe(errorCodes.INVALID_REQUEST)
    })
})
