// Prints what a start costs, from the built code: npm run measure
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { measureLargeLog } from './measure-large-log.mjs'
import { builtCommand, residentMegabytes, show, startMeasured } from './measured.mjs'

const runs = 9
const settleMs = 3000
const server = new URL('../packages/server/dist/index.js', import.meta.url).href
const npmStart = fileURLToPath(new URL('run.mjs', import.meta.url))

/** A fresh process each time, so that nothing is warm: what the first call of an embedding program takes. */
const embedding = `
const loading = performance.now()
const { startBroker } = await import(${JSON.stringify(server)})
const starting = performance.now()
const broker = await startBroker({ bind: '127.0.0.1:0', logDir: 'temporary', shards: 0 })
const started = performance.now()
await broker.close()
console.log(JSON.stringify({ load: starting - loading, start: started - starting }))
`

function embeddedStart() {
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', embedding], { encoding: 'utf8' }))
}

/** From the process being asked for to its ready line, on an empty directory that is synced; then what it holds when nothing happens. */
async function commandStart(...program) {
  const directory = mkdtempSync(join(tmpdir(), 'logan-measure-'))
  const broker = await startMeasured([...program, '--log-dir', directory])
  try {
    await sleep(settleMs)
    return { ready: broker.readyMs, megabytes: residentMegabytes(broker.pid) }
  } finally {
    await broker.stop()
    rmSync(directory, { recursive: true })
  }
}

async function repeat(times, measure) {
  const results = []
  for (let run = 0; run < times; run++) results.push(await measure())
  return results
}

console.log(`${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, median of ${runs} runs`)
const embedded = await repeat(runs, embeddedStart)
const commands = await repeat(runs, () => commandStart(builtCommand))
const npmStarts = await repeat(3, () => commandStart(npmStart, 'start'))
show(
  'embedded: startBroker, inline, temporary',
  embedded.map((each) => each.start),
  'ms',
  60,
)
show(
  'embedded: loading the package before that',
  embedded.map((each) => each.load),
  'ms',
)
show(
  'command: start to ready, empty directory',
  commands.map((each) => each.ready),
  'ms',
  400,
)
show(
  'command: resident memory when idle',
  commands.map((each) => each.megabytes),
  'MB',
  90,
)
show(
  'npm start: to ready, with nothing to build',
  npmStarts.map((each) => each.ready),
  'ms',
  3000,
)
if (process.argv.includes('--large')) await measureLargeLog()
