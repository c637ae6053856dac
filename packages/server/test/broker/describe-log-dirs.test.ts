import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeLogDirs } from '@logan/protocol'
import { expect, it } from 'vitest'
import { batchOf, createTopic, newBrokerAndClient, newDirectory, produce } from './broker-testkit.ts'

async function described() {
  const logDir = newDirectory()
  const { client } = await newBrokerAndClient({ logDir })
  const one = await createTopic(client, 'one', { partitions: 2 })
  await createTopic(client, 'two')
  await produce(client, one, batchOf(['some', 'records']), { partition: 1 })
  const describe = async (topics: { topic: string; partitions: number[] }[] | null, version = 4) => {
    const { errorCode, results } = await client.call(DescribeLogDirs, version, { topics })
    expect([errorCode, results.length, results[0]!.errorCode]).toEqual([0, 1, 0])
    return results[0]!
  }
  return { logDir, describe }
}

it('every partition, with the size of its records', async () => {
  const { logDir, describe } = await described()
  const { topics, logDir: told, totalBytes, usableBytes } = await describe(null)
  expect(told).toBe(logDir)
  expect(totalBytes).toBeGreaterThanOrEqual(usableBytes)
  expect(usableBytes).toBeGreaterThan(0)
  const sizes = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, partitionSize }) => [`${name}-${partitionIndex}`, partitionSize] as const),
  )
  expect(sizes.map(([name]) => name).sort()).toEqual(['one-0', 'one-1', 'two-0'])
  for (const [name, size] of sizes) expect(size, name).toBe(readFileSync(join(logDir, name, '00000000000000000000.log')).length)
  expect(Object.fromEntries(sizes)['one-1']).toBeGreaterThan(0)
})

it('only those asked for; what is unknown is left out', async () => {
  const { describe } = await described()
  const asked = [
    { topic: 'one', partitions: [1, 5, -1] },
    { topic: 'unknown', partitions: [0] },
  ]
  const { topics } = await describe(asked)
  expect(topics).toMatchObject([{ name: 'one', partitions: [{ partitionIndex: 1, offsetLag: 0, isFutureKey: false }] }])
  expect((await describe([])).topics).toEqual([])
})
