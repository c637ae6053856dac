import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']
const parentCheckMs = 500

/**
 * Runs a program to its end and resolves with its exit code, 128 + number when a signal ended it.
 *
 * Signals go on to it: npm runs scripts through `sh`, which does not hand them down. When our own parent goes without a
 * signal (npm killed by TERM does), the program is asked to stop, so that nothing is left behind.
 */
export function runChild(file, args, { cwd, env, shell = false }) {
  const child = spawn(file, args, { cwd, env, shell, stdio: 'inherit' })
  const forward = (signal) => child.kill(signal)
  for (const signal of forwarded) process.on(signal, forward)
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, parentCheckMs)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]))
  }).finally(() => {
    clearInterval(watch)
    for (const signal of forwarded) process.off(signal, forward)
  })
}
