import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type BrokerProcess, freePort, startBrokerProcess, temporaryDirectory } from '../harness/broker-process.ts'
import { foreignClient, testWith } from '../harness/foreign-client.ts'
import { javaCommand } from '../harness/java.ts'

/*
 * Idempotent producers write to six partitions while the broker is killed and comes back on the same port: every record is there, once,
 * at the offset its producer was told. Record i belongs to partition i % 6 at offset i / 6, so the place of each says it all.
 */
const full = process.env.LOGAN_FULL === '1'
const count = full ? 1_000_000 : 50_000
const partitions = 6
/** Shares of the records acknowledged at which the broker dies. */
const kills = full ? [0.2, 0.4, 0.6] : [0.3, 0.6]
const limitMs = full ? 300_000 : 60_000

const expectedEnds = Array.from({ length: partitions }, (_, p) => [0, Math.ceil((count - p) / partitions)])

const programs = {
  python: (python: string) => [python, join(import.meta.dirname, 'python/restart.py')],
  'franz-go': (binary: string) => [binary],
  kafka: (jars: string) => javaCommand(jars, join(import.meta.dirname, 'java/Restart.java')),
} as const

for (const [name, title] of [
  ['python', "confluent-kafka's idempotent producer"],
  ['kafka', "Kafka's own idempotent producer"],
  ['franz-go', "franz-go's idempotent producer"],
] as const) {
  testWith(
    foreignClient(name),
    `${title}: ${count} records over ${kills.length} kills, each once and in its place`,
    async (path) => {
      const { leftAtKills, result } = await produceOverKills(programs[name](path))
      for (const left of leftAtKills) expect(left, 'records to go when the broker died').toBeGreaterThan(0)
      expect(result).toEqual({
        told: { right: count, wrong: [], failed: [] },
        read: { count, misplaced: [], ends: expectedEnds },
      })
    },
    limitMs + 10_000,
  )
}

/** Runs the program, and kills and restarts the broker whenever the next share is acknowledged. */
async function produceOverKills([program, ...args]: readonly string[]): Promise<{ leftAtKills: number[]; result: unknown }> {
  using directory = temporaryDirectory()
  const port = await freePort()
  const start = () => startBrokerProcess({ directory: directory.path, port, topics: { restarted: partitions } })
  let broker: BrokerProcess = await start()
  const all = [...args, broker.bootstrap, 'restarted', `${partitions}`, `${count}`]
  const child = spawn(program!, all, { stdio: ['ignore', 'pipe', 'inherit'], timeout: limitMs })
  let ended: unknown
  const closed = once(child, 'close').then(([code, signal]) => {
    ended = signal ?? code
  })
  let acknowledged = 0
  let result: unknown
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) result = JSON.parse(line)
    else acknowledged = Number(line.match(/^acknowledged (\d+)$/)?.[1] ?? acknowledged)
  })
  const leftAtKills: number[] = []
  try {
    for (const share of kills) {
      await expect.poll(() => acknowledged >= share * count || ended !== undefined, { timeout: limitMs, interval: 5 }).toBe(true)
      await broker.kill()
      await sleep(100) // what the program had printed before is read by then
      leftAtKills.push(count - acknowledged)
      broker = await start()
    }
    await closed
    expect(ended, 'how the program ended').toBe(0)
  } finally {
    child.kill('SIGKILL')
    await broker.kill()
  }
  return { leftAtKills, result }
}
