// Prints what a start costs, from the built code: node scripts/run.mjs measure
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const runs = 9
const settleMs = 3000
const main = fileURLToPath(new URL('../apps/broker/dist/main.js', import.meta.url))
const server = new URL('../packages/server/dist/index.js', import.meta.url).href

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
async function commandStart() {
  const directory = mkdtempSync(join(tmpdir(), 'logan-measure-'))
  const begun = performance.now()
  const child = spawn(process.execPath, [main, '--bind', '127.0.0.1:0', '--log-dir', directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    for (let said = ''; !said.includes('ready on'); ) said += (await once(child.stdout, 'data'))[0]
    const ready = performance.now() - begun
    await sleep(settleMs)
    return { ready, megabytes: residentKilobytes(child.pid) / 1024 }
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    rmSync(directory, { recursive: true })
  }
}

function residentKilobytes(pid) {
  if (process.platform === 'linux') return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
}

function show(what, values, unit, limit) {
  const sorted = [...values].sort((a, b) => a - b)
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map(Math.round)
  const goal = limit === undefined ? '' : `, goal: under ${limit}`
  console.log(`${what.padEnd(42)} ${String(median).padStart(5)} ${unit}  (${least} to ${most}${goal})`)
}

console.log(`${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, median of ${runs} runs`)
const embedded = Array.from({ length: runs }, embeddedStart)
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
const commands = []
for (let run = 0; run < runs; run++) commands.push(await commandStart())
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
