import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from './house/files.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logan-scripts-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

/** A program run as scripts/run.mjs runs the broker; it says its own process id first, and each signal it gets. */
const standIn = `
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => { console.log(signal); process.exit(7) })
setInterval(() => {}, 1000)
console.log('up ' + process.pid)
`

function runner(program: string): string {
  const child = JSON.stringify(pathToFileURL(join(root, 'scripts', 'child.mjs')).href)
  return write(
    'runner.mjs',
    `import { runChild } from ${child}\nprocess.exit(await runChild(process.execPath, [${JSON.stringify(program)}], {}))\n`,
  )
}

/** Output as it comes, and a wait for a text in it. */
function watch(file: string, args: readonly string[]) {
  const started = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(started, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let output = ''
  started.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  const seen = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (let match = pattern.exec(output); ; match = pattern.exec(output)) {
      if (match !== null) return match
      await once(started.stdout, 'data')
    }
  }
  return { process: started, ended, seen }
}

describe('a program run by the scripts', () => {
  test('hands its exit code on', async () => {
    const { ended } = watch(process.execPath, [runner(write('program.mjs', 'process.exit(42)'))])
    expect(await ended).toEqual([42, null])
  })

  test('that a signal killed gives 128 + its number', async () => {
    const { ended } = watch(process.execPath, [runner(write('program.mjs', "process.kill(process.pid, 'SIGKILL')"))])
    expect(await ended).toEqual([137, null])
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('gets %s, and its exit code comes back', async (signal) => {
    const running = watch(process.execPath, [runner(write('program.mjs', standIn))])
    await running.seen(/up/)
    running.process.kill(signal)
    await running.seen(new RegExp(signal))
    expect(await running.ended).toEqual([7, null])
  })

  test('is stopped when the shell above goes without a word', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows does not tell that a parent is gone')
    const script = runner(write('program.mjs', standIn))
    // Two commands, or the shell would put node in its own place.
    const running = watch('sh', ['-c', `'${process.execPath}' '${script}'; true`])
    await running.seen(/up/)
    running.process.kill('SIGKILL')
    await running.seen(/SIGTERM/)
  })
})

test('the summary names what failed and what was skipped, with its reason', async () => {
  mkdirSync(join(directory, 'node_modules'))
  symlinkSync(join(root, 'node_modules', 'vitest'), join(directory, 'node_modules', 'vitest'), 'junction')
  write(
    'a.test.js',
    `import { expect, test } from 'vitest'
test('good', () => {})
test('bad', () => expect(1).toBe(2))
test('left out', ({ skip }) => skip('no kcat here'))
test.SKIP('silent', () => {})
`.replace('SKIP', 'skip'),
  )
  write('b.test.js', `throw new Error('does not load')`)
  const summary = join(directory, 'summary.json')
  const reporter = join(root, 'scripts', 'summary-reporter.mjs')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--root', directory, `--reporter=${reporter}`], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, LOGAN_TEST_SUMMARY: summary },
  })
  expect(await once(child, 'exit')).toEqual([1, null])
  const { passed, failed, skipped } = JSON.parse(readFileSync(summary, 'utf8')) as Record<string, unknown>
  expect(passed).toBe(1)
  expect(failed).toEqual(expect.arrayContaining(['a.test.js > bad', expect.stringMatching(/^b\.test\.js: does not load/)]))
  expect(skipped).toEqual([
    { name: 'a.test.js > left out', reason: 'no kcat here' },
    { name: 'a.test.js > silent', reason: '' },
  ])
})
