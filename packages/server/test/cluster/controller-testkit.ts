import { ManualClock, seededRandom, silentLogger } from '@logan/common'
import { type Disk, nodeDisk, SyncScheduler } from '@logan/storage'
import { afterAll } from 'vitest'
import { Controller, type ControllerOptions } from '../../src/cluster/controller.ts'
import type { NewTopic } from '../../src/cluster/create-topics.ts'
import type { ClusterImage } from '../../src/cluster/image.ts'
import { resolveBrokerConfig } from '../../src/config/broker-config.ts'

const directories: string[] = []

afterAll(async () => {
  for (const directory of directories) await nodeDisk.removeDirectory(directory)
})

export function temporaryDirectory(): string {
  const directory = nodeDisk.makeTemporaryDirectory()
  directories.push(directory)
  return directory
}

export interface OpenedController {
  readonly controller: Controller
  /** Every image that was published, in order. */
  readonly published: ClusterImage[]
}

let seed = 1

export async function openController(
  directory: string,
  options: Partial<Omit<ControllerOptions, 'config'>> & { set?: Record<string, string>; disk?: Disk } = {},
): Promise<OpenedController> {
  const published: ClusterImage[] = []
  const { set = {}, ...rest } = options
  const controller = await Controller.open({
    disk: nodeDisk,
    directory,
    clock: new ManualClock(),
    random: seededRandom(seed++),
    logger: silentLogger,
    syncs: new SyncScheduler(),
    nodeId: 1,
    uncleanStart: false,
    publish: async (image) => void published.push(image),
    ...rest,
    config: resolveBrokerConfig({ 'flush.mode': 'os', ...set }),
  })
  return { controller, published }
}

export function newTopic(name: string, rest: Partial<NewTopic> = {}): NewTopic {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...rest }
}

export const reallyCreate = { validateOnly: false }

/** An image as plain data, without the offset, so that two can be compared; with `epochs` also the leader epochs. */
export function contentOf(image: ClusterImage, { epochs = true }: { epochs?: boolean } = {}) {
  const topics = [...image.topicsByName.values()].map(({ name, id, partitions, configs }) => ({
    name,
    id,
    partitions: epochs ? partitions.map(({ leaderEpoch }) => leaderEpoch) : partitions.length,
    configs: Object.fromEntries(configs),
  }))
  return { topics: topics.sort((a, b) => (a.name < b.name ? -1 : 1)), nextProducerId: image.nextProducerId }
}
