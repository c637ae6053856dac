import { type Disk, DiskError, type DiskFile, nodeDisk } from '@logan/storage'
import { expect, test } from 'vitest'
import { contentOf, newTopic, openController, reallyCreate, temporaryDirectory } from './controller-testkit.ts'

/** The real disk, where a test says what becomes of syncs of the metadata log. */
function diskWithSync(syncLog: (sync: () => Promise<void>) => Promise<void>): Disk {
  const open = (path: string, how: Parameters<Disk['open']>[1]): DiskFile => {
    const file = nodeDisk.open(path, how)
    if (!path.endsWith('.log')) return file
    const sync = file.sync.bind(file)
    file.sync = () => syncLog(sync)
    return file
  }
  return new Proxy(nodeDisk, { get: (disk, key: keyof Disk) => (key === 'open' ? open : disk[key]) })
}

const sync = { 'flush.mode': 'sync' }

test('in sync mode nobody sees a change before it is durable', async () => {
  const events: string[] = []
  const disk = diskWithSync(async (sync) => {
    await sync()
    events.push('synced')
  })
  const publish = async (): Promise<void> => void events.push('published')
  const { controller } = await openController(temporaryDirectory(), { disk, publish, set: sync })
  expect(events.splice(0)).toEqual(['synced', 'published'])
  await controller.createTopics([newTopic('a')], reallyCreate)
  expect(events.splice(0)).toEqual(['synced', 'published'])
  await controller.allocateProducerIdBlock()
  expect(events[0]).toBe('synced')
  await controller.close()
})

test('raised leader epochs are durable before they are published', async () => {
  const directory = temporaryDirectory()
  const first = await openController(directory, { set: sync })
  await first.controller.createTopics([newTopic('a')], reallyCreate)
  await first.controller.close()
  const events: string[] = []
  const disk = diskWithSync(async (sync) => {
    await sync()
    events.push('synced')
  })
  const { controller } = await openController(directory, {
    disk,
    set: sync,
    uncleanStart: true,
    publish: async (image) => void events.push(`epoch ${image.topicsByName.get('a')?.partitions[0]?.leaderEpoch}`),
  })
  expect(events.at(-1)).toBe('epoch 1')
  expect(events.filter((event) => event === 'synced').length).toBeGreaterThan(0)
  await controller.close()
})

test('a change whose sync failed is refused, and so is every one after it', async () => {
  const directory = temporaryDirectory()
  let broken = false
  const disk = diskWithSync(async (sync) => {
    if (broken) throw new DiskError('sync', directory, 'EIO', 'input/output error')
    await sync()
  })
  const { controller, published } = await openController(directory, { disk, set: sync })
  const before = contentOf(controller.image)
  broken = true
  for (const name of ['a', 'b']) {
    const [outcome] = await controller.createTopics([newTopic(name)], reallyCreate)
    expect(outcome).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  }
  await expect(controller.allocateProducerIdBlock()).rejects.toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  expect(contentOf(controller.image)).toEqual(before)
  expect(published).toHaveLength(1)
  await controller.close()
})
