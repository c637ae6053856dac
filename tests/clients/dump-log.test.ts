import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { startBrokerProcess, temporaryDirectory } from '../harness/broker-process.ts'
import { foreignClient, testWith } from '../harness/foreign-client.ts'
import { kafkaTool } from '../harness/java.ts'

/*
 * Kafka's own tool reads what Logan left on disk: segments, both indexes, producer snapshots, the metadata log and its snapshots.
 * The broker is killed in the middle, so that files it recovered are among them.
 */
const kafka = foreignClient('kafka')
const limitMs = 90_000
const records = 25_000
const ends = new AsyncDisposableStack()
afterAll(() => ends.disposeAsync())

let written: Promise<string> | undefined
/** The data directory that all tests read. Made once. */
const directoryOf = (jars: string) => (written ??= write(jars))

async function write(jars: string): Promise<string> {
  const directory = ends.use(temporaryDirectory()).path
  const args = ['--set', 'log.segment.bytes=1048576', '--topic', 'segments:1', '--topic', 'lines:1', '--topic', 'many:10']
  const start = () => startBrokerProcess({ directory, args })
  const perf = async (bootstrap: string) =>
    kafkaTool(
      jars,
      'kafka-producer-perf-test',
      `--bootstrap-server ${bootstrap} --topic segments --num-records ${records} --record-size 100 --throughput -1`.split(' '),
    )
  const lines = (bootstrap: string, codec: string, stdin: string) =>
    kafkaTool(
      jars,
      'kafka-console-producer',
      `--bootstrap-server ${bootstrap} --topic lines --reader-property parse.key=true --reader-property key.separator=: --compression-codec ${codec}`.split(
        ' ',
      ),
      { stdin },
    )
  {
    await using broker = await start()
    await perf(broker.bootstrap)
    await lines(broker.bootstrap, 'zstd', 'k1:v1\nk2:v2\n')
    await broker.kill()
  }
  await using broker = await start()
  await perf(broker.bootstrap)
  await lines(broker.bootstrap, 'none', 'k3:v3\n')
  expect(await broker.stop()).toBe(0)
  return directory
}

const filesOf = (folder: string, extension: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name))

const dump = async (jars: string, files: readonly string[], ...flags: string[]) => {
  const lines = await kafkaTool(jars, 'kafka-dump-log', [...flags, '--files', files.join(',')], { limitMs: 30_000 })
  // What the tool says of files that do not hold together.
  expect(lines.filter((line) => /mismatch|non-consecutive|corrupt|not found|exception|invalid|out of order/i.test(line))).toEqual([])
  return lines
}

testWith(
  kafka,
  'kafka-dump-log --deep-iteration --print-data-log prints keys, values, sequences and epochs',
  async (jars) => {
    const lines = await dump(jars, filesOf(join(await directoryOf(jars), 'lines-0'), '.log'), '--deep-iteration', '--print-data-log')
    const batches = lines.filter((line) => line.startsWith('baseOffset'))
    expect(batches.map((line) => line.match(/^baseOffset: (\d+) .* isvalid: (\w+)/)?.slice(1))).toEqual([
      ['0', 'true'],
      ['2', 'true'],
    ])
    expect(batches.map((line) => line.match(/compresscodec: (\w+)/)?.[1])).toEqual(['zstd', 'none'])
    const [before, after] = batches.map((line) => Number(line.match(/partitionLeaderEpoch: (\d+)/)?.[1]))
    expect(after).toBeGreaterThan(before!)
    const [first, second] = batches.map((line) => Number(line.match(/producerId: (\d+)/)?.[1]))
    expect(second).not.toBe(first)
    const printed = lines
      .map((line) => line.match(/^\| offset: (\d+) .*sequence: (\d+) headerKeys: \[\] key: (.*) payload: (.*)$/)?.slice(1))
      .filter(Boolean)
    expect(printed).toEqual([
      ['0', '0', 'k1', 'v1'],
      ['1', '1', 'k2', 'v2'],
      ['2', '0', 'k3', 'v3'],
    ])
  },
  limitMs,
)

testWith(
  kafka,
  'over many segments the offsets are dense, and every batch is valid',
  async (jars) => {
    const files = filesOf(join(await directoryOf(jars), 'segments-0'), '.log')
    expect(files.length).toBeGreaterThan(4)
    const batches = (await dump(jars, files, '--deep-iteration')).flatMap((line) => {
      const found = line.match(/^baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .* isvalid: true/)
      return found ? [found.slice(1).map(Number)] : []
    })
    let next = 0
    for (const [base, last, count] of batches as [number, number, number][]) {
      expect(base).toBe(next)
      next = last + 1
      expect(count).toBe(next - base)
    }
    expect(next).toBe(2 * records)
  },
  limitMs,
)

testWith(
  kafka,
  'indexes point at batches that are there, and pass the sanity check',
  async (jars) => {
    const folder = join(await directoryOf(jars), 'segments-0')
    const files = [...filesOf(folder, '.index'), ...filesOf(folder, '.timeindex')]
    const entries = (await dump(jars, files)).filter((line) => /^(offset: \d+ position: \d+|timestamp: \d+ offset: \d+)$/.test(line))
    expect(entries.length).toBeGreaterThan(300) // 5 MB in batches of 16 KB, an entry for each in either index
    const passed = (await dump(jars, files, '--index-sanity-check')).filter((line) => line.endsWith('passed sanity check.'))
    expect(passed).toHaveLength(files.length)
  },
  limitMs,
)

testWith(
  kafka,
  'producer snapshots name the producers and their last sequence',
  async (jars) => {
    const snapshots = filesOf(join(await directoryOf(jars), 'segments-0'), '.snapshot')
    const lines = await dump(jars, [snapshots.at(-1)!])
    const producers = lines
      .map((line) => line.match(/^producerId: (\d+) producerEpoch: 0 .* lastSequence: (\d+)/)?.slice(1))
      .filter(Boolean)
    expect(producers).toHaveLength(2)
    expect(producers.map((each) => Number(each![1]))).toEqual([records - 1, records - 1])
  },
  limitMs,
)

testWith(
  kafka,
  'the metadata log and its snapshot are Kafka records of topics and partitions',
  async (jars) => {
    const folder = join(await directoryOf(jars), '__cluster_metadata-0')
    const files = [...filesOf(folder, '.checkpoint'), ...filesOf(folder, '.log')]
    expect(files.some((name) => name.endsWith('.checkpoint'))).toBe(true)
    const payloads = (await dump(jars, files, '--cluster-metadata-decoder')).flatMap((line) => {
      const found = line.match(/payload: (\{.*\})$/)
      return found ? [JSON.parse(found[1]!)] : []
    })
    const topics = payloads.filter(({ type }) => type === 'TOPIC_RECORD').map(({ data }) => data)
    expect(new Set(topics.map(({ name }) => name))).toEqual(new Set(['segments', 'lines', 'many']))
    const { topicId } = topics.find(({ name }) => name === 'many')
    const partitions = payloads.filter(({ type, data }) => type === 'PARTITION_RECORD' && data.topicId === topicId)
    expect([...new Set(partitions.map(({ data }) => data.partitionId))].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const { data } of partitions) expect(data).toMatchObject({ replicas: [data.leader], isr: [data.leader] })
  },
  limitMs,
)
