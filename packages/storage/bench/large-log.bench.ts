/**
 * How a large log opens: run it with `node -C @logan/source packages/storage/bench/large-log.bench.ts [GB]` (default 3).
 *
 * Writes a log of that size to a temporary directory, then opens it in processes of their own, after a clean stop and as after a crash,
 * and prints the time until it is open, that of reading 100 MB at its beginning, and the greatest resident memory.
 */
import { execFileSync } from 'node:child_process'
import { silentLogger, systemClock } from '@logan/common'
import { buildBatch } from '@logan/protocol'
import { type CheckedBatch, defaultLogConfig, Log, type LogRecovery, nodeDisk, SyncScheduler } from '../src/index.ts'

function openLog(directory: string, recovery: LogRecovery): Promise<Log> {
  return Log.open({
    disk: nodeDisk,
    directory,
    topicId: 'AQIDBAUGBwgJCgsMDQ4PEA',
    clock: systemClock,
    logger: silentLogger,
    config: { ...defaultLogConfig, flushMode: 'os' },
    syncs: new SyncScheduler(),
    recovery,
  })
}

async function write(directory: string, bytes: number): Promise<number> {
  const log = await openLog(directory, { clean: true, recoveryPoint: 0, logStartOffset: 0 })
  const template = buildBatch({ records: Array.from({ length: 145 }, () => ({ value: Buffer.alloc(100, 7), timestamp: Date.now() })) })
  while (log.sizeInBytes < bytes) {
    for (let index = 0; index < 500; index++) log.append(log.check(Buffer.from(template), 'controller') as CheckedBatch, 0)
    await new Promise(setImmediate)
  }
  await log.close()
  return log.logEndOffset
}

async function measure(directory: string, clean: boolean, recoveryPoint: number): Promise<void> {
  const start = performance.now()
  const log = await openLog(directory, { clean, recoveryPoint, logStartOffset: 0 })
  const opened = performance.now()
  let bytes = 0
  for (let offset = 0; bytes < 100e6; ) {
    const range = log.read({ offset, maxBytes: 2 ** 20, limitOffset: log.logEndOffset, minOneBatch: true })!
    bytes += (await range.bytes()).length
    offset = range.nextOffset
    range.release()
  }
  const read = performance.now()
  const rss = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `opened in ${Math.round(opened - start)} ms, 100 MB read in ${Math.round(read - opened)} ms, at most ${rss} MB resident, ${log.segmentCount} segments`,
  )
  await log.close({ durably: false })
}

const [first = '3', directory = '', recoveryPoint = '0'] = process.argv.slice(2)
if (first === 'clean' || first === 'unclean') await measure(directory, first === 'clean', Number(recoveryPoint))
else {
  const parent = nodeDisk.makeTemporaryDirectory()
  const endOffset = await write(`${parent}/large-0`, Number(first) * 1e9)
  const cases: [string, string, number][] = [
    ['after a clean stop', 'clean', endOffset],
    ['after a crash, all but the end durable', 'unclean', endOffset - 1000],
    ['after a crash, nothing known to be durable', 'unclean', 0],
  ]
  for (const [name, how, point] of cases) {
    const output = execFileSync(process.execPath, [...process.execArgv, import.meta.filename, how, `${parent}/large-0`, String(point)])
    console.log(`${name}: ${output.toString().trim()}`)
  }
  await nodeDisk.removeDirectory(parent)
}
