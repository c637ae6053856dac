import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

export const builtCommand = fileURLToPath(new URL('../apps/broker/dist/main.js', import.meta.url))

/** Starts a program that becomes a broker on a free port; how long it takes to say that it is ready, in ms. */
export async function startMeasured(args) {
  const begun = performance.now()
  const child = spawn(process.execPath, [...args, '--bind', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  while (!said.includes('ready on')) said += (await once(child.stdout, 'data'))[0]
  const readyMs = performance.now() - begun
  child.stdout.resume()
  return {
    readyMs,
    pid: child.pid,
    port: Number(/ready on [^"]*:(\d+)/.exec(said)[1]),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** Resident memory of a process now. */
export function residentMegabytes(pid) {
  if (process.platform === 'linux') return kilobytes(pid, 'VmRSS') / 1024
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}

/** The most it ever was; elsewhere than on Linux only what it is now. */
export function peakMegabytes(pid) {
  return process.platform === 'linux' ? kilobytes(pid, 'VmHWM') / 1024 : residentMegabytes(pid)
}

function kilobytes(pid, field) {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
}

export function show(what, values, unit, limit) {
  const sorted = [...values].sort((a, b) => a - b)
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map(Math.round)
  const spread = sorted.length === 1 ? [] : [`${least} to ${most}`]
  const goal = limit === undefined ? [] : [`goal: under ${limit}`]
  console.log(`${what.padEnd(48)} ${String(median).padStart(5)} ${unit.padEnd(4)}  ${[...spread, ...goal].join(', ')}`.trimEnd())
}
