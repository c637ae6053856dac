import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { temporaryDirectory } from '../harness/broker-process.ts'
import { brokerUnderTest, freshTopic } from '../harness/broker-under-test.ts'
import { foreignClient, testWith } from '../harness/foreign-client.ts'
import { kafkaTool } from '../harness/java.ts'
import { RunFailed } from '../harness/run.ts'

// Every tool is a JVM to start: one test follows one topic through many of them, and none is started twice for the same.
const broker = brokerUnderTest()
const kafka = foreignClient('kafka')
const limitMs = 60_000

/** Kafka's tools with the broker filled in. */
const at =
  (jars: string) =>
  (tool: Parameters<typeof kafkaTool>[1], line: string, stdin = '') =>
    kafkaTool(jars, tool, ['--bootstrap-server', broker.bootstrap, ...line.split(' ')], { stdin, limitMs: 20_000 })

testWith(
  kafka,
  'kafka-topics creates, lists, describes, grows and deletes',
  async (jars) => {
    const ask = at(jars)
    const topic = freshTopic('cli-topics')
    expect(await ask('kafka-topics', `--create --topic ${topic} --partitions 2 --config retention.ms=1234567`)).toContain(
      `Created topic ${topic}.`,
    )
    await expect(ask('kafka-topics', `--create --topic ${topic}`)).rejects.toThrow(/already exists/)
    await ask('kafka-topics', `--alter --topic ${topic} --partitions 3`)
    const [head, ...partitions] = await ask('kafka-topics', `--describe --topic ${topic}`)
    expect(head).toMatch(
      new RegExp(`^Topic: ${topic}\tTopicId: [\\w-]{22}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: .*retention.ms=1234567`),
    )
    expect(partitions.map((line) => line.match(/Partition: (\d)\tLeader: (\d+)\tReplicas: \2\tIsr: \2\t/)?.[1])).toEqual(['0', '1', '2'])
    expect(await ask('kafka-topics', '--list')).toContain(topic)
    await ask('kafka-topics', `--delete --topic ${topic}`)
    await expect(ask('kafka-topics', `--describe --topic ${topic}`)).rejects.toThrow(/does not exist/)
  },
  limitMs,
)

testWith(
  kafka,
  'the console producer writes, the console consumer reads a partition from an offset, get-offsets and delete-records see and move its ends',
  async (jars) => {
    const ask = at(jars)
    const topic = freshTopic('cli-console')
    const lines = Array.from({ length: 10 }, (_, i) => `h${i}:x\tk${i}:v${i}\n`).join('')
    await ask(
      'kafka-console-producer',
      `--topic ${topic} --compression-codec zstd` +
        ' --reader-property parse.headers=true --reader-property parse.key=true --reader-property key.separator=:',
      lines,
    )
    const consume = (from: string, count: number) =>
      ask(
        'kafka-console-consumer',
        `--topic ${topic} --partition 0 --offset ${from} --max-messages ${count} --timeout-ms 15000 ` +
          '--formatter-property print.key=true --formatter-property print.offset=true --formatter-property print.headers=true',
      )
    expect(await consume('7', 3)).toEqual([7, 8, 9].map((i) => `Offset:${i}\th${i}:x\tk${i}\tv${i}`))
    expect(await consume('earliest', 2)).toEqual([0, 1].map((i) => `Offset:${i}\th${i}:x\tk${i}\tv${i}`))

    using directory = temporaryDirectory()
    const file = join(directory.path, 'offsets.json')
    writeFileSync(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 4 }] }))
    expect(await ask('kafka-delete-records', `--offset-json-file ${file}`)).toContain(`partition: ${topic}-0\tlow_watermark: 4`)

    const offsets = (time: string) => ask('kafka-get-offsets', `--topic ${topic} --time ${time}`)
    expect(await offsets('earliest')).toEqual([`${topic}:0:4`])
    expect(await offsets('latest')).toEqual([`${topic}:0:10`])
    // By time alone, as Kafka does it: the record may be one of those that were deleted, while its segment is still there.
    expect((await offsets('max-timestamp')).join()).toMatch(new RegExp(`^${topic}:0:[0-9]$`))
    expect(await offsets('0')).toEqual([`${topic}:0:4`])

    const [size] = (await ask('kafka-log-dirs', `--describe --topic-list ${topic}`)).filter((line) => line.startsWith('{'))
    const { brokers } = JSON.parse(size!)
    expect(brokers[0].logDirs).toEqual([
      {
        logDir: expect.any(String),
        error: null,
        partitions: [{ partition: `${topic}-0`, size: expect.any(Number), offsetLag: 0, isFuture: false }],
      },
    ])
    expect(brokers[0].logDirs[0].partitions[0].size).toBeGreaterThan(100)
  },
  limitMs,
)

testWith(
  kafka,
  'kafka-configs describes a topic and the broker',
  async (jars) => {
    const ask = at(jars)
    const topic = freshTopic('cli-configs')
    await ask('kafka-topics', `--create --topic ${topic} --config max.message.bytes=2000000`)
    const configs = await ask('kafka-configs', `--describe --entity-type topics --entity-name ${topic} --all`)
    expect(configs.filter((line) => /^ {2}(max.message.bytes|cleanup.policy)=/.test(line))).toEqual([
      '  cleanup.policy=delete sensitive=false synonyms={DEFAULT_CONFIG:log.cleanup.policy=delete}',
      '  max.message.bytes=2000000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:max.message.bytes=2000000, DEFAULT_CONFIG:message.max.bytes=1048588}',
    ])
    const [first] = await ask('kafka-broker-api-versions', '')
    const [, id] = first!.match(/\(id: (\d+) rack: null isFenced: false\) -> \($/)!
    expect((await ask('kafka-configs', `--describe --entity-type brokers --entity-name ${id} --all`)).join('\n')).toMatch(
      /\n {2}auto.create.topics.enable=true sensitive=false /,
    )
  },
  limitMs,
)

testWith(
  kafka,
  'kafka-broker-api-versions finds a usable version of every API it is told of',
  async (jars) => {
    const lines = await at(jars)('kafka-broker-api-versions', '')
    const usable = new Map(
      lines.map((line) => line.match(/^\t(\w+)\((\d+)\): .*\[usable: (\d+)\]/)).flatMap((m) => (m ? [[m[1], Number(m[3])]] : [])),
    )
    expect(usable.get('Produce')).toBeGreaterThanOrEqual(13)
    expect(usable.get('Fetch')).toBeGreaterThanOrEqual(17)
    expect(usable.get('Metadata')).toBeGreaterThanOrEqual(13)
    // What is listed is understood: the tool says UNSUPPORTED of what it knows and is not listed, and UNKNOWN of the contrary.
    expect(lines.filter((line) => line.includes('UNKNOWN'))).toEqual([])
  },
  limitMs,
)

testWith(
  kafka,
  'a tool that is refused says why',
  async (jars) => {
    const refused = at(jars)('kafka-topics', '--create --topic cli-refused --config no.such.config=1')
    await expect(refused).rejects.toThrow(RunFailed)
    await expect(refused).rejects.toThrow(/no\.such\.config/)
  },
  limitMs,
)
