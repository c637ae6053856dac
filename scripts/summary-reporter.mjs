import { writeFileSync } from 'node:fs'

/** Writes what became of each test to the file named by LOGAN_TEST_SUMMARY: { passed: count, failed: [name], skipped: [{ name, reason }] }. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: [], skipped: [] }
    for (const module of modules) addModule(summary, module)
    for (const error of unhandledErrors) summary.failed.push(`outside of any test: ${error.message}`)
    writeFileSync(process.env.LOGAN_TEST_SUMMARY, JSON.stringify(summary))
  }
}

function addModule(summary, module) {
  const file = module.relativeModuleId
  for (const error of module.errors()) summary.failed.push(`${file}: ${error.message}`)
  for (const suite of module.children.allSuites())
    for (const error of suite.errors()) summary.failed.push(`${file} > ${suite.fullName}: ${error.message}`)
  for (const test of module.children.allTests()) {
    const name = `${file} > ${test.fullName}`
    const result = test.result()
    if (result.state === 'passed') summary.passed++
    else if (result.state === 'skipped') summary.skipped.push({ name, reason: result.note ?? '' })
    else summary.failed.push(name)
  }
}
