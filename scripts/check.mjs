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

/** Types, lint, house rules and tests. With arguments, only the tests they choose (they go to vitest). Resolves with an exit code. */
export async function runChecks(args) {
  const failed = []
  for (const [name, program, programArgs] of args.length === 0 ? checks : []) {
    say(name)
    if ((await runProgram(program, programArgs)) !== 0) failed.push(name)
  }
  say('tests')
  const tests = await runTests(args)
  return report(failed, tests, args.length === 0)
}

async function runTests(args) {
  const directory = mkdtempSync(join(tmpdir(), 'logan-tests-'))
  const file = join(directory, 'summary.json')
  try {
    const code = await runProgram('vitest', ['run', '--reporter=default', `--reporter=${reporter}`, ...args], { LOGAN_TEST_SUMMARY: file })
    return { code, ...JSON.parse(readFileSync(file, 'utf8')) }
  } catch (error) {
    return { code: 1, passed: 0, skipped: [], failed: [`the tests ended without a result: ${error.message}`] }
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
  const unexplained = tests.code !== 0 && tests.failed.length === 0 ? [`vitest ended with exit code ${tests.code}`] : []
  failed.push(...unexplained)
  console.log('')
  for (const test of skipped) console.log(`skipped: ${test.name}: ${test.reason || 'not chosen'}`)
  for (const name of failed) console.log(`failed: ${name}`)
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`)
  return failed.length === 0 ? 0 : 1
}
