import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startBrokerProcess, temporaryDirectory } from '../harness/broker-process.ts'
import { foreignClient, testWith } from '../harness/foreign-client.ts'
import { run } from '../harness/run.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** The lines of the README that use kcat, as printed, comments and all. */
const printed = readme.split('\n').filter((line) => /^(?!\|)[^`]*\bkcat -b 127\.0\.0\.1:9092 /.test(line))

testWith(foreignClient('kcat'), "the README's first use works as printed, also on all addresses with more logging", async (kcat) => {
  using directory = temporaryDirectory()
  await using broker = await startBrokerProcess({ directory: directory.path, host: '0.0.0.0', logLevel: 'info' })
  const said: string[] = []
  for (const line of printed) {
    const command = line.replace(/\bkcat\b/, kcat).replace('127.0.0.1:9092', broker.bootstrap)
    said.push((await run('/bin/sh', ['-c', command])).stdout)
  }
  expect(printed.map((line) => line.match(/-[LPC]\b/)?.[0])).toEqual(['-L', '-P', '-C'])
  expect(said[0]).toMatch(new RegExp(`^Metadata for all topics \\(from broker .*\n 1 brokers:\n {2}broker \\d+ at ${broker.bootstrap} `))
  expect(said[2]).toBe('hello\nworld\n')
  expect(await broker.stop()).toBe(0)
})
