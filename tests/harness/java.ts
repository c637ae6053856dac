import { foreignClient } from './foreign-client.ts'
import { linesOf, type RunOptions, run } from './run.ts'

/** Short programs: less compiling, a small heap. */
const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m']

/** The command that runs a class, or a source file, with the jars of a folder. Throws when Java is not there. */
export function javaCommand(jars: string, main: string, ...args: string[]): [string, ...string[]] {
  const { path } = foreignClient('java')
  if (path === undefined) throw new Error('the jars are there, Java is not: install it, or set LOGAN_JAVA')
  return [path, ...flags, '-cp', `${jars}/*`, main, ...args]
}

/** Kafka's command-line tools by the names of their scripts, and the classes behind them. */
const tools = {
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'kafka-producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'kafka-dump-log': 'org.apache.kafka.tools.DumpLogSegments',
} as const

/** Runs a tool of Kafka and gives the lines it printed. Throws RunFailed, with what it complained of. */
export async function kafkaTool(
  jars: string,
  tool: keyof typeof tools,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string[]> {
  const [java, ...rest] = javaCommand(jars, tools[tool], ...args)
  return linesOf((await run(java, rest, options)).stdout)
}
