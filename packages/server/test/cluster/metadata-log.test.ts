import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { buildBatch, encodeMetadataRecord, parseControlRecord, records, splitBatches } from '@logan/protocol'
import { type Disk, DiskError, type DiskFile, nodeDisk } from '@logan/storage'
import { describe, expect, test } from 'vitest'
import { snapshotFileName, snapshotIdOf } from '../../src/cluster/snapshot.ts'
import { contentOf, newTopic, openController, reallyCreate, temporaryDirectory } from './controller-testkit.ts'

const logName = '00000000000000000000.log'

function metadataDirectory(directory: string): string {
  return `${directory}/__cluster_metadata-0`
}

function snapshotsIn(directory: string): string[] {
  return readdirSync(metadataDirectory(directory)).filter((name) => name.endsWith('.checkpoint'))
}

/** A copy of a data directory as a crash would leave it at this moment. */
function copyOf(directory: string): string {
  const copy = temporaryDirectory()
  cpSync(directory, copy, { recursive: true })
  return copy
}

function breakFile(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 0xff
  writeFileSync(path, bytes)
}

/** A partition's own config with a long name, to fill the log. */
const ballast = [{ name: 'follower.replication.throttled.replicas', value: 'x'.repeat(500) }]

describe('snapshots', () => {
  test('a clean stop leaves one, in Kafka’s form, which is enough without the log before it', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory)
    await controller.createTopics([newTopic('a', { numPartitions: 2, configs: ballast }), newTopic('b')], reallyCreate)
    await controller.allocateProducerIdBlock()
    const offset = controller.image.offset + 1
    await controller.close()
    expect(snapshotsIn(directory)).toEqual([snapshotFileName({ offset, epoch: 1 })])
    const batches = splitBatches(readFileSync(`${metadataDirectory(directory)}/${snapshotsIn(directory)[0]}`))
    const controlTypes = batches.filter(({ isControl }) => isControl).map((batch) => parseControlRecord([...records(batch)][0]!).type)
    expect(controlTypes).toEqual(['snapshotHeader', 'snapshotFooter'])
    expect(batches.at(-1)?.isControl).toBe(true)
    rmSync(`${metadataDirectory(directory)}/${logName}`)
    const again = await openController(directory, { uncleanStart: true })
    expect(contentOf(again.controller.image, { epochs: false })).toEqual(contentOf(controller.image, { epochs: false }))
    await again.controller.createTopics([newTopic('c')], reallyCreate)
    await again.controller.close({ durably: false })
    const third = await openController(directory, { uncleanStart: true })
    expect([...third.controller.image.topicsByName.keys()]).toEqual(['a', 'b', 'c'])
    await third.controller.close()
  })

  test('a stop without changes leaves no other', async () => {
    const directory = temporaryDirectory()
    for (let run = 0; run < 3; run++) await (await openController(directory)).controller.close()
    expect(snapshotsIn(directory)).toHaveLength(1)
  })

  test('come by themselves as the log grows; two of them stay, and the log from the older one on', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory, { segmentBytes: 4096 })
    for (let index = 0; index < 60; index++) {
      await controller.createTopics([newTopic(`t${index}`, { configs: ballast })], reallyCreate)
    }
    expect(snapshotsIn(directory)).toHaveLength(2)
    const older = snapshotIdOf(snapshotsIn(directory)[0]!)!
    const segments = readdirSync(metadataDirectory(directory)).filter((name) => name.endsWith('.log'))
    expect(segments.length).toBeGreaterThan(1)
    expect(Number.parseInt(segments[1]!, 10)).toBeGreaterThan(older.offset)
    const crashed = await openController(copyOf(directory), { segmentBytes: 4096, uncleanStart: true })
    expect(contentOf(crashed.controller.image, { epochs: false })).toEqual(contentOf(controller.image, { epochs: false }))
    await Promise.all([crashed.controller.close(), controller.close()])
  })

  test('one that rotted is passed over for the one before; when none is left that reaches the log, nothing starts', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory, { segmentBytes: 4096 })
    for (let index = 0; index < 40; index++) await controller.createTopics([newTopic(`t${index}`, { configs: ballast })], reallyCreate)
    const [older, newer] = snapshotsIn(directory)
    const damaged = copyOf(directory)
    breakFile(`${metadataDirectory(damaged)}/${newer}`)
    const again = await openController(damaged, { segmentBytes: 4096, uncleanStart: true })
    expect(contentOf(again.controller.image, { epochs: false })).toEqual(contentOf(controller.image, { epochs: false }))
    await again.controller.close()
    const ruined = copyOf(directory)
    for (const name of [older, newer]) breakFile(`${metadataDirectory(ruined)}/${name}`)
    // What the snapshots stood for has left the disk in the end.
    for (const name of readdirSync(metadataDirectory(ruined))) {
      if (name.endsWith('.deleted')) rmSync(`${metadataDirectory(ruined)}/${name}`)
    }
    await expect(openController(ruined, { uncleanStart: true })).rejects.toThrow(/no sound snapshot/)
    await controller.close()
  })

  test('half a snapshot is none', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory)
    await controller.createTopics([newTopic('a')], reallyCreate)
    await controller.close()
    const path = `${metadataDirectory(directory)}/${snapshotsIn(directory)[0]}`
    const whole = readFileSync(path)
    const [header] = splitBatches(whole)
    writeFileSync(path, whole.subarray(0, header!.sizeInBytes))
    const again = await openController(directory)
    expect(contentOf(again.controller.image)).toEqual(contentOf(controller.image))
    await again.controller.close()
  })
})

describe('a change too large for one batch', () => {
  const large = [newTopic('x', { numPartitions: 10_000 })]

  test('is there whole or not at all, wherever a crash cuts it, and the log goes on', async () => {
    const directory = temporaryDirectory()
    const { controller } = await openController(directory)
    await controller.createTopics([newTopic('before')], reallyCreate)
    await controller.createTopics(large, reallyCreate)
    const path = `${metadataDirectory(directory)}/${logName}`
    const batches = splitBatches(readFileSync(path))
    expect(batches.length).toBeGreaterThanOrEqual(4)
    const lastOfBefore = batches[1]!
    for (const batch of batches.slice(2)) {
      const cut = copyOf(directory)
      writeFileSync(`${metadataDirectory(cut)}/${logName}`, readFileSync(path).subarray(0, batch.position))
      const again = await openController(cut, { uncleanStart: true })
      expect([...again.controller.image.topicsByName.keys()]).toEqual(['before'])
      expect(again.controller.image.offset).toBeGreaterThanOrEqual(lastOfBefore.lastOffset)
      await again.controller.createTopics([newTopic('after')], reallyCreate)
      await again.controller.close({ durably: false })
      const third = await openController(cut, { uncleanStart: true })
      expect([...third.controller.image.topicsByName.keys()]).toEqual(['before', 'after'])
      await third.controller.close()
    }
    await controller.close()
  })

  test('that finds the disk full on its way is taken back', async () => {
    const directory = temporaryDirectory()
    const disk = new FullDisk(2)
    const { controller } = await openController(directory, { disk: disk.disk })
    await controller.createTopics([newTopic('before')], reallyCreate)
    disk.fillAfter(1)
    const [outcome] = await controller.createTopics(large, reallyCreate)
    expect(outcome).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
    disk.fillAfter(Number.POSITIVE_INFINITY)
    await controller.createTopics([newTopic('after')], reallyCreate)
    expect([...controller.image.topicsByName.keys()]).toEqual(['before', 'after'])
    const again = await openController(copyOf(directory), { uncleanStart: true })
    expect([...again.controller.image.topicsByName.keys()]).toEqual(['before', 'after'])
    await Promise.all([again.controller.close(), controller.close()])
  })
})

test('what this broker cannot heed keeps it from starting', async () => {
  const directory = temporaryDirectory()
  const { controller } = await openController(directory)
  await controller.createTopics([newTopic('a')], reallyCreate)
  await controller.close({ durably: false })
  const path = `${metadataDirectory(directory)}/${logName}`
  const bytes = readFileSync(path)
  const last = splitBatches(bytes).at(-1)!
  const acl = {
    id: 'AAAAAAAAAAAAAAAAAAAAAg',
    resourceType: 2,
    resourceName: 'a',
    patternType: 3,
    principal: 'User:u',
    host: '*',
    operation: 3,
    permissionType: 3,
  }
  const batch = buildBatch({
    baseOffset: last.lastOffset + 1,
    partitionLeaderEpoch: 1,
    records: [{ value: encodeMetadataRecord('AccessControlEntryRecord', 0, acl) }],
  })
  writeFileSync(path, Buffer.concat([bytes, batch]))
  await expect(openController(directory, { uncleanStart: true })).rejects.toThrow(
    /AccessControlEntryRecord, which this broker cannot heed yet/,
  )
})

/** The real disk, which says ENOSPC to writes to the metadata log after so many of them. */
class FullDisk {
  #left: number

  constructor(left: number) {
    this.#left = left
  }

  fillAfter(writes: number): void {
    this.#left = writes
  }

  get disk(): Disk {
    const open = (path: string, how: Parameters<Disk['open']>[1]): DiskFile => {
      const file = nodeDisk.open(path, how)
      if (!path.endsWith('.log')) return file
      const write = file.write.bind(file)
      file.write = (position, buffers) => {
        if (this.#left-- <= 0) throw new DiskError('write', path, 'ENOSPC', 'no space left on device')
        write(position, buffers)
      }
      return file
    }
    return new Proxy(nodeDisk, { get: (disk, key: keyof Disk) => (key === 'open' ? open : disk[key]) })
  }
}
