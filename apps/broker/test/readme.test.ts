import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { environmentOf, flagOf, type Option } from '@logan/server'
import { expect, test } from 'vitest'
import { commandTable, describedOptions } from '../src/command-options.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
const run = promisify(execFile)

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] as string)
}

function row(name: string, option: Option): string {
  const cells = [
    `\`${flagOf(name, option)} ${option.placeholder}\``,
    `\`${environmentOf(name, option)}\``,
    name === 'config' ? '' : `\`${name}\``,
  ]
  return `| ${[...cells, option.otherwise ?? '', option.help].join(' | ')} |`
}

test('the table of options is that of the command', () => {
  const rows = Object.entries(describedOptions()).map(([name, option]) => row(name, option))
  const table = ['| flag | environment | file | default | meaning |', '|---|---|---|---|---|', ...rows].join('\n')
  expect(Object.keys(describedOptions())).toEqual(Object.keys(commandTable))
  expect(readme).toContain(`\n${table}\n`)
})

test('the example of embedding runs as printed', async () => {
  const [example] = blocks('js')
  const { stdout } = await run(process.execPath, ['-C', '@logan/source', '--input-type=module', '-e', example as string], {
    cwd: join(import.meta.dirname, '..'),
  })
  expect(stdout).toMatch(/^clients connect to 127\.0\.0\.1:\d+\n$/)
})
