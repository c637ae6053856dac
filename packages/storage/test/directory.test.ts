import { ManualClock, seededRandom, silentLogger } from '@logan/common'
import { expect, test } from 'vitest'
import { DirectoryLockedError, defaultLogConfig, LogDirectory, nodeDisk, readWholeFile, SyncScheduler } from '../src/index.ts'
import { append, startMs, temporaryDirectory, topicId } from './log-testkit.ts'

const otherTopicId = 'EBESExQVFhcYGRobHB0eHw'
const syncs = new SyncScheduler()

function open(path: string): Promise<LogDirectory> {
  return LogDirectory.open({
    disk: nodeDisk,
    path,
    clock: new ManualClock(startMs),
    random: seededRandom(1),
    logger: silentLogger,
    nodeId: 3,
  })
}

function logOf(id = topicId) {
  return { topic: 'my-topic', topicId: id, partition: 2, config: { ...defaultLogConfig, fileDeleteDelayMs: 0 }, syncs }
}

test('keeps its identity', async () => {
  const path = `${temporaryDirectory()}/data`
  const directory = await open(path)
  expect(directory.identity.nodeId).toBe(3)
  expect(directory.identity.clusterId).toMatch(/^[\w-]{22}$/)
  await directory.close({ clean: false })
  const again = await open(path)
  expect(again.identity).toEqual(directory.identity)
  await again.close({ clean: false })
})

test('is refused to a second process, and free again after closing', async () => {
  const path = temporaryDirectory()
  const directory = await open(path)
  await expect(open(path)).rejects.toBeInstanceOf(DirectoryLockedError)
  await directory.close({ clean: false })
  await (await open(path)).close({ clean: false })
})

test('knows whether the stop before was clean, once', async () => {
  const path = temporaryDirectory()
  const directory = await open(path)
  expect(directory.wasClean).toBe(true)
  await directory.close({ clean: true })
  expect(readWholeFile(nodeDisk, `${path}/.kafka_cleanshutdown`)?.toString()).toBe('{"version":0,"brokerEpoch":-1}')
  const second = await open(path)
  expect(second.wasClean).toBe(true)
  await second.close({ clean: false })
  const third = await open(path)
  expect(third.wasClean).toBe(false)
  await third.close({ clean: false })
})

test('lists partitions and keeps their offsets, also a deleted range', async () => {
  const path = temporaryDirectory()
  const directory = await open(path)
  const log = await directory.openLog(logOf())
  for (let index = 0; index < 5; index++) append(log, { values: ['v'] })
  await log.durable(5)
  await log.setLogStartOffset(3)
  expect(readWholeFile(nodeDisk, `${path}/log-start-offset-checkpoint`)?.toString()).toBe('0\n1\nmy-topic 2 3\n')
  await log.close()
  await directory.writeCheckpoints([{ topic: 'my-topic', topicId, partition: 2, recoveryPoint: log.durableOffset, logStartOffset: 3 }])
  expect(readWholeFile(nodeDisk, `${path}/recovery-point-offset-checkpoint`)?.toString()).toBe('0\n1\nmy-topic 2 5\n')
  await directory.close({ clean: false })
  const again = await open(path)
  expect(again.partitions()).toEqual([{ topic: 'my-topic', partition: 2, path: `${path}/my-topic-2`, topicId }])
  const reopened = await again.openLog(logOf())
  expect([reopened.logStartOffset, reopened.logEndOffset]).toEqual([3, 5])
  await reopened.close()
  await again.close({ clean: true })
})

test('a log of an old name does not inherit offsets', async () => {
  const path = temporaryDirectory()
  const directory = await open(path)
  const log = await directory.openLog(logOf())
  append(log, { values: ['v', 'w'] })
  await log.setLogStartOffset(2)
  await log.delete()
  expect(nodeDisk.list(path)).toContain('my-topic-2.0102030405060708090a0b0c0d0e0f10-delete')
  const fresh = await directory.openLog(logOf(otherTopicId))
  expect([fresh.logStartOffset, fresh.logEndOffset]).toEqual([0, 0])
  // What was collected before the deletion comes too late.
  await directory.writeCheckpoints([{ topic: 'my-topic', topicId, partition: 2, recoveryPoint: 2, logStartOffset: 2 }])
  await fresh.close()
  await directory.close({ clean: false })
  const again = await open(path)
  expect(nodeDisk.list(path).filter((name) => name.endsWith('-delete'))).toEqual([])
  const reopened = await again.openLog(logOf(otherTopicId))
  expect(reopened.logStartOffset).toBe(0)
  await reopened.close()
  await again.close({ clean: false })
})

test('offsets of a partition whose directory is gone are forgotten before another one gets its name', async () => {
  const path = temporaryDirectory()
  const directory = await open(path)
  const log = await directory.openLog(logOf())
  append(log, { values: ['v', 'w'] })
  await log.durable(2)
  await directory.writeCheckpoints([{ topic: 'my-topic', topicId, partition: 2, recoveryPoint: 2, logStartOffset: 1 }])
  await log.close()
  await directory.close({ clean: false })
  await nodeDisk.removeDirectory(`${path}/my-topic-2`)
  const again = await open(path)
  for (const name of ['recovery-point-offset-checkpoint', 'log-start-offset-checkpoint'])
    expect(readWholeFile(nodeDisk, `${path}/${name}`)?.toString()).toBe('0\n0\n')
  const fresh = await again.openLog(logOf(otherTopicId))
  expect([fresh.logStartOffset, fresh.logEndOffset]).toEqual([0, 0])
  await fresh.close()
  await again.close({ clean: true })
})

test('refuses a directory of another topic', async () => {
  const directory = await open(temporaryDirectory())
  await (await directory.openLog(logOf())).close()
  await expect(directory.openLog(logOf(otherTopicId))).rejects.toMatchObject({ name: 'DiskError', code: 'EBADMSG' })
  await directory.close({ clean: false })
})

test('a temporary directory goes with its closing', async () => {
  const directory = await open('temporary')
  await (await directory.openLog(logOf())).close({ durably: false })
  await directory.close({ clean: true })
  expect(nodeDisk.exists(directory.path)).toBe(false)
})
