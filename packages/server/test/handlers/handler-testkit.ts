import { ManualClock, seededRandom, silentLogger } from '@logan/common'
import {
  type Api,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  type RequestInputOf,
  type ResponseOf,
} from '@logan/protocol'
import { nodeDisk, SyncScheduler } from '@logan/storage'
import { Controller } from '../../src/cluster/controller.ts'
import { ProducerIds } from '../../src/cluster/producer-ids.ts'
import { type BrokerConfig, resolveBrokerConfig } from '../../src/config/broker-config.ts'
import type { BrokerServices, ConnectionView } from '../../src/dispatch/request-context.ts'
import { metadata } from '../../src/handlers/03-metadata.ts'
import { findCoordinator } from '../../src/handlers/10-find-coordinator.ts'
import { createTopics } from '../../src/handlers/19-create-topics.ts'
import { deleteTopics } from '../../src/handlers/20-delete-topics.ts'
import { initProducerId } from '../../src/handlers/22-init-producer-id.ts'
import { describeConfigs } from '../../src/handlers/32-describe-configs.ts'
import { createPartitions } from '../../src/handlers/37-create-partitions.ts'
import { describeCluster } from '../../src/handlers/60-describe-cluster.ts'
import { describeTopicPartitions } from '../../src/handlers/75-describe-topic-partitions.ts'

const handlers = [
  metadata,
  findCoordinator,
  createTopics,
  deleteTopics,
  initProducerId,
  describeConfigs,
  createPartitions,
  describeCluster,
  describeTopicPartitions,
]

export interface TestBroker {
  readonly controller: Controller
  readonly config: BrokerConfig
  /** Sends a request through bytes in both directions, as a client of that version would. */
  call<A extends Api>(api: A, version: number, request: RequestInputOf<A>): Promise<ResponseOf<A>>
  close(): Promise<void>
}

const connection: ConnectionView = {
  id: 1,
  clientHost: '127.0.0.1',
  client: '127.0.0.1:5000',
  advertised: { host: 'broker.example', port: 9092 },
  closed: new AbortController().signal,
}

/** A broker without shards: the cluster metadata on a disk, and what handlers of it need. */
export async function startTestBroker(set: Record<string, string> = {}): Promise<TestBroker> {
  const directory = nodeDisk.makeTemporaryDirectory()
  const clock = new ManualClock()
  const config = resolveBrokerConfig({ 'flush.mode': 'os', ...set })
  const controller = await Controller.open({
    disk: nodeDisk,
    directory,
    clock,
    random: seededRandom(7),
    logger: silentLogger,
    syncs: new SyncScheduler(),
    nodeId: 1,
    config,
    uncleanStart: false,
    publish: () => Promise.resolve(),
  })
  const services: Partial<BrokerServices> = {
    nodeId: 1,
    clusterId: 'cluster-of-tests',
    clock,
    logger: silentLogger,
    config,
    image: () => controller.image,
    controller,
    producerIds: new ProducerIds(() => controller.allocateProducerIdBlock()),
  }
  const broker = services as BrokerServices
  return {
    controller,
    config,
    async call(api, apiVersion, request) {
      const { serve } = handlers.find((handler) => handler.api.key === api.key)!
      const decoded = decodeRequest(api.key, apiVersion, bytesOf(encodeRequest(api.key, apiVersion, request as object)))
      const response = await serve(decoded, { apiVersion, clientId: null, connection, broker, apiRanges: [], whenWritten: () => {} })
      return decodeResponse(api.key, apiVersion, bytesOf(encodeResponse(api.key, apiVersion, response as object))) as never
    },
    async close() {
      await controller.close({ durably: false })
      await nodeDisk.removeDirectory(directory)
    },
  }
}

function bytesOf(encoded: Uint8Array | readonly Uint8Array[]): Buffer {
  return encoded instanceof Uint8Array ? Buffer.from(encoded) : Buffer.concat(encoded)
}
