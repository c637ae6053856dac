#!/usr/bin/env node
import { createRequire } from 'node:module'
import { systemClock } from '@logan/common'
import { startBroker } from '@logan/server'
import { readConfigFile } from './config-file.ts'
import { exitCodes, runCommand } from './run-command.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

const complain = (sentence: string): void => void process.stderr.write(`logan: ${sentence}\n`)

// The state is unknown after a bug: nothing is finished properly, the next start recovers.
process.on('uncaughtException', (error) => {
  complain(`stopping at once, this is a bug: ${error.stack ?? String(error)}`)
  process.exit(exitCodes.failed)
})
// A reader of the log that goes away does not take the broker with it.
process.stdout.on('error', () => undefined)

process.exit(
  await runCommand({
    args: process.argv.slice(2),
    environment: process.env,
    readConfigFile,
    version,
    clock: systemClock,
    signals: process,
    print: (text) => void process.stdout.write(text),
    complain,
    exit: (code) => process.exit(code),
    start: startBroker,
  }),
)
