import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram, say } from './workspace.mjs'

const reporter = fileURLToPath(new URL('./summary-reporter.mjs', import.meta.url))

/** What is checked beside the tests; each counts as one. */
const checks = [
  ['types', 'tsc', ['-b']],
  ['types of the tests', 'tsc', ['-p', 'tsconfig.tests.json']],
  ['format and lint', 'biome', ['check', '.']],
  ['lint by types', 'oxlint', ['--type-aware']],
]

/** The full form runs what touches the operating system a second time, without anything that only Linux has. */
const portable = {
  prefix: 'portable: ',
  args: ['packages/storage', 'packages/server', 'apps/broker'],
  env: { LOGAN_PORTABLE: '1', LOGAN_FULL: '' },
}

/** Types, lint, house rules and tests. With arguments, only the tests they choose (they go to vitest). Resolves with an exit code. */
export async function runChecks(args) {
  const isWhole = args.length === 0
  const failed = []
  for (const [name, program, programArgs] of isWhole ? checks : []) {
    say(name)
    if ((await runProgram(program, programArgs)) !== 0) failed.push(name)
  }
  say('tests')
  const rounds = [await runTests({ prefix: '', args, env: {} })]
  if (isWhole && process.env.LOGAN_FULL === '1') rounds.push(await runTests(portable))
  const tests = {
    passed: rounds.reduce((sum, round) => sum + round.passed, 0),
    failed: rounds.flatMap((round) => round.failed),
    skipped: rounds.flatMap((round) => round.skipped),
  }
  return report(failed, tests, isWhole)
}

async function runTests({ prefix, args, env }) {
  const directory = mkdtempSync(join(tmpdir(), 'logan-tests-'))
  const file = join(directory, 'summary.json')
  try {
    const code = await runProgram('vitest', ['run', '--reporter=default', `--reporter=${reporter}`, ...args], {
      ...env,
      LOGAN_TEST_SUMMARY: file,
    })
    const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'))
    if (code !== 0 && failed.length === 0) failed.push(`vitest ended with exit code ${code}`)
    return {
      passed,
      failed: failed.map((name) => prefix + name),
      skipped: skipped.map(({ name, reason }) => ({ name: prefix + name, reason })),
    }
  } catch (error) {
    return { passed: 0, skipped: [], failed: [`${prefix}the tests ended without a result: ${error.message}`] }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function report(failedChecks, tests, isWhole) {
  // A test left out in passing is a hole that nobody sees; where one chooses tests by hand, the others are skipped rightly.
  const silent = isWhole ? tests.skipped.filter((test) => test.reason === '') : []
  const failed = [...failedChecks, ...tests.failed, ...silent.map((test) => `${test.name}: skipped without a reason`)]
  const passed = tests.passed + (isWhole ? checks.length - failedChecks.length : 0)
  const skipped = tests.skipped.filter((test) => !silent.includes(test))
  console.log('')
  for (const test of skipped) console.log(`skipped: ${test.name}: ${test.reason || 'not chosen'}`)
  for (const name of failed) console.log(`failed: ${name}`)
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`)
  return failed.length === 0 ? 0 : 1
}
