import { withoutComments } from './code.ts'
import { isCode, isSource, type Rule } from './files.ts'

const longestSource = 400
const longestTest = 600

/** A file outgrows comfort where deciding and plumbing were never parted. */
export const fileLength: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    if (!isCode(path)) return []
    const limit = isSource(path) ? longestSource : longestTest
    const lines = text.split('\n').length
    return lines <= limit
      ? []
      : [`${path}: ${lines} lines are more than anyone reads at a sitting (${limit}); what in it decides, and what only carries?`]
  })

const leftOut = /(?<!['"`\w.])(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|skipIf|runIf|todo|fails)\b|(?<!['"`])\bskip\(\s*\)/

/** One way to leave a test out: `skip('reason')` from the test's context, so that a run can name it. */
export const testsRun: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    if (!path.endsWith('.ts')) return []
    const lines = withoutComments(text).split('\n')
    return lines.flatMap((line, index) => {
      const found = leftOut.exec(line)
      return found === null
        ? []
        : [`${path}:${index + 1}: ${found[0]} leaves tests out without a word; call skip('reason') inside the test`]
    })
  })

// In two parts, so that this file does not break its own rule.
const machinePaths = ['/wo' + 'rk/', '../sha' + 'red/', '/ro' + 'ot/', '/ho' + 'me/']

/** A path that only one machine has. The CI script looks for Kafka's definitions beside the checkout. */
export const noMachinePaths: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    if (path === '.ci/run') return []
    return machinePaths.filter((part) => text.includes(part)).map((part) => `${path}: "${part}" is a path of one machine`)
  })
