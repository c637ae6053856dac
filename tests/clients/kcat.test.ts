import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { brokerUnderTest, freshTopic } from '../harness/broker-under-test.ts'
import { foreignClient, testWith } from '../harness/foreign-client.ts'
import { gather, linesOf, run } from '../harness/run.ts'

const broker = brokerUnderTest(['--topic', 'three:3'])
const kcat = foreignClient('kcat')

/** kcat, with the broker filled in. */
const at = (path: string) => {
  const ask = async (args: readonly string[], stdin = '') => (await run(path, ['-b', broker.bootstrap, ...args], { stdin })).stdout
  return {
    ask,
    produce: (topic: string, lines: readonly string[], ...args: string[]) =>
      ask(['-P', '-t', topic, ...args], lines.map((line) => `${line}\n`).join('')),
    // The short wait is for the last fetch, which finds nothing: the end of a topic is where it ends.
    consume: async (topic: string, ...args: string[]) =>
      linesOf(await ask(['-C', '-q', '-e', '-X', 'fetch.wait.max.ms=10', '-t', topic, ...args])),
  }
}

/** Lines that compress and that differ. */
const manyLines = (count: number) => Array.from({ length: count }, (_, i) => `record ${i} ${'of a text that repeats '.repeat(4)}${i * i}`)

testWith(kcat, 'kcat -L lists the broker, the topics and their partitions', async (path) => {
  const topic = freshTopic('kcat-list')
  const { ask, produce } = at(path)
  await produce(topic, ['one'])
  const listing = await ask(['-L', '-t', topic])
  expect(listing).toMatch(/ 1 brokers:\n/)
  expect(listing).toContain(`at ${broker.bootstrap} (controller)`)
  expect(listing).toContain(`topic "${topic}" with 1 partitions:`)
  expect(listing).toMatch(/partition 0, leader (\d+), replicas: \1, isrs: \1\n/)
})

testWith(kcat, 'kcat -L -J says the same as JSON, for all topics', async (path) => {
  const topic = freshTopic('kcat-json')
  const { ask, produce } = at(path)
  await produce(topic, ['one'])
  const { brokers, topics } = JSON.parse(await ask(['-L', '-J']))
  expect(brokers).toEqual([{ id: expect.any(Number), name: broker.bootstrap }])
  const { id } = brokers[0]
  const partition = { partition: 0, leader: id, replicas: [{ id }], isrs: [{ id }] }
  expect(topics).toContainEqual({ topic, partitions: [partition] })
})

testWith(kcat, 'a consumer does not create the topic it asks for', async (path) => {
  const topic = freshTopic('kcat-absent')
  const { consume, ask } = at(path)
  await expect(consume(topic)).rejects.toThrow(/Unknown topic or partition/)
  const { topics } = JSON.parse(await ask(['-L', '-J']))
  expect(topics.map((each: { topic: string }) => each.topic)).not.toContain(topic)
})

testWith(kcat, 'what is produced comes back from the beginning, the end, and offsets counted from either', async (path) => {
  const topic = freshTopic('kcat-offsets')
  const { produce, consume } = at(path)
  await produce(topic, ['zero', 'one', 'two', 'three', 'four'])
  await produce(topic, ['five'])
  expect(await consume(topic)).toEqual(['zero', 'one', 'two', 'three', 'four', 'five'])
  expect(await consume(topic, '-o', 'beginning', '-f', '%o %s\n')).toEqual(['0 zero', '1 one', '2 two', '3 three', '4 four', '5 five'])
  expect(await consume(topic, '-o', '3')).toEqual(['three', 'four', 'five'])
  expect(await consume(topic, '-p', '0', '-o', '-2')).toEqual(['four', 'five'])
  expect(await consume(topic, '-o', '1', '-c', '2')).toEqual(['one', 'two'])
  expect(await consume(topic, '-o', 'end')).toEqual([])
})

testWith(kcat, 'an offset out of range falls to the end, as auto.offset.reset says', async (path) => {
  const topic = freshTopic('kcat-range')
  const { produce, consume } = at(path)
  await produce(topic, ['zero', 'one'])
  expect(await consume(topic, '-o', '100')).toEqual([])
  expect(await consume(topic, '-o', '100', '-X', 'auto.offset.reset=earliest')).toEqual(['zero', 'one'])
})

testWith(kcat, 'a consumer that waits at the end is woken by what comes', async (path) => {
  const topic = freshTopic('kcat-tail')
  const { produce } = at(path)
  await produce(topic, ['before'])
  // It would wait for 20 seconds: what comes sooner came because the broker answered at once.
  const flags = ['-b', broker.bootstrap, '-C', '-u', '-t', topic, '-o', '1', '-c', '2', '-X', 'fetch.wait.max.ms=20000', '-f', '%o %s\n']
  const consumer = spawn(path, flags, { stdio: 'pipe' })
  const said = gather(consumer)
  const closed = once(consumer, 'close')
  // When this one is printed the next fetch is under way, and waits.
  await produce(topic, ['first'])
  await expect.poll(() => linesOf(said.stdout()), { timeout: 5_000 }).toEqual(['1 first'])
  await produce(topic, ['second', 'third'])
  const producedAt = performance.now()
  expect(await closed).toEqual([0, null])
  expect(performance.now() - producedAt).toBeLessThan(5_000)
  expect(linesOf(said.stdout())).toEqual(['1 first', '2 second'])
})

testWith(kcat, 'consuming from and to a time', async (path) => {
  const topic = freshTopic('kcat-time')
  const { produce, consume } = at(path)
  for (const line of ['early', 'middle', 'late']) await produce(topic, [line])
  const times = (await consume(topic, '-f', '%T\n')).map(Number)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(new Set(times).size).toBe(3)
  const [early, middle, late] = times as [number, number, number]
  expect(await consume(topic, '-o', `s@${early}`)).toEqual(['early', 'middle', 'late'])
  expect(await consume(topic, '-o', `s@${early + 1}`)).toEqual(['middle', 'late'])
  expect(await consume(topic, '-o', `s@${late}`)).toEqual(['late'])
  expect(await consume(topic, '-o', `s@${late + 1}`)).toEqual([])
  expect(await consume(topic, '-o', `s@${middle}`, '-o', `e@${late}`)).toEqual(['middle'])
})

testWith(kcat, 'looking up the offset of a time', async (path) => {
  const topic = freshTopic('kcat-query')
  const { ask, produce, consume } = at(path)
  for (const line of ['early', 'late']) await produce(topic, [line])
  const [early, late] = (await consume(topic, '-f', '%T\n')).map(Number) as [number, number]
  const query = async (time: number) => (await ask(['-Q', '-t', `${topic}:0:${time}`])).trim()
  expect(await query(early)).toBe(`${topic} [0] offset 0`)
  expect(await query(early + 1)).toBe(`${topic} [0] offset 1`)
  expect(await query(late)).toBe(`${topic} [0] offset 1`)
  expect(await query(-2)).toBe(`${topic} [0] offset 0`)
  expect(await query(-1)).toBe(`${topic} [0] offset 2`)
})

testWith(kcat, 'keys, headers, empty and null values', async (path) => {
  const topic = freshTopic('kcat-keys')
  const { produce, consume } = at(path)
  await produce(topic, ['k1:v1', 'k2:v2', ':no key', 'k3:'], '-K:', '-H', 'colour=red', '-H', 'empty=')
  await produce(topic, ['gone:'], '-K:', '-Z')
  expect(await consume(topic, '-f', '%o|%k|%K|%s|%S|%h\n')).toEqual([
    '0|k1|2|v1|2|colour=red,empty=',
    '1|k2|2|v2|2|colour=red,empty=',
    '2||0|no key|6|colour=red,empty=',
    '3|k3|2||0|colour=red,empty=',
    '4|gone|4||-1|',
  ])
})

for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  testWith(kcat, `thousands of records under codec ${codec}`, async (path) => {
    const topic = freshTopic(`kcat-${codec}`)
    const { produce, consume } = at(path)
    const lines = manyLines(5000)
    await produce(topic, lines, '-z', codec, '-X', 'linger.ms=20')
    expect(await consume(topic)).toEqual(lines)
    // From the middle of a compressed batch: the broker sends the whole batch, the client drops its head.
    expect(await consume(topic, '-o', '2501', '-c', '3')).toEqual(lines.slice(2501, 2504))
    if (broker.directory !== undefined) expectCompressed(join(broker.directory, `${topic}-0`), lines, codec !== 'none')
  })
}

/** Batches are kept as the producer compressed them. */
function expectCompressed(partition: string, lines: readonly string[], compressed: boolean): void {
  const logs = readdirSync(partition).filter((name) => name.endsWith('.log'))
  const stored = logs.reduce((sum, name) => sum + statSync(join(partition, name)).size, 0)
  const plain = lines.reduce((sum, line) => sum + line.length, 0)
  expect(stored < plain).toBe(compressed)
}

for (const acks of ['0', '1', 'all']) {
  testWith(kcat, `records produced with acks=${acks} come back in order`, async (path) => {
    const topic = freshTopic(`kcat-acks-${acks}`)
    const { produce, consume } = at(path)
    await produce(topic, ['create the topic'])
    const lines = manyLines(2000)
    await produce(topic, lines, '-X', `acks=${acks}`)
    // Nothing told the producer of acks=0 that all has arrived.
    const arrived = async () => (await consume(topic)).length
    await expect.poll(arrived, { timeout: 10_000 }).toBe(2001)
    expect((await consume(topic)).slice(1)).toEqual(lines)
  })
}

testWith(kcat, 'an idempotent producer', async (path) => {
  const topic = freshTopic('kcat-idempotent')
  const { produce, consume } = at(path)
  const lines = manyLines(3000)
  await produce(topic, lines, '-X', 'enable.idempotence=true')
  await produce(topic, ['another producer'], '-X', 'enable.idempotence=true')
  expect(await consume(topic)).toEqual([...lines, 'another producer'])
})

testWith(kcat, 'a record of nearly the largest size', async (path) => {
  const topic = freshTopic('kcat-large')
  const { produce, consume } = at(path)
  const line = 'x'.repeat(999_000)
  await produce(topic, [line, 'small'])
  expect(await consume(topic)).toEqual([line, 'small'])
})

testWith(kcat, 'partitions are written and read by number', async (path, context) => {
  broker.onlyLogan(context)
  const { ask, produce, consume } = at(path)
  await produce('three', ['in two', 'in two again'], '-p', '2')
  await produce('three', ['in zero'], '-p', '0')
  expect(await consume('three', '-p', '2')).toEqual(['in two', 'in two again'])
  expect(await consume('three', '-p', '1')).toEqual([])
  expect((await consume('three', '-f', '%p %o %s\n')).sort()).toEqual(['0 0 in zero', '2 0 in two', '2 1 in two again'])
  expect(await ask(['-L', '-t', 'three'])).toContain('topic "three" with 3 partitions:')
  await expect(produce('three', ['nowhere'], '-p', '7')).rejects.toThrow(/Unknown partition/)
})
