import { describe, expect, test } from 'vitest'
import { ownedCalls } from './house/calls.ts'
import { importsOf, withoutComments } from './house/code.ts'
import { fileMap } from './house/docs.ts'
import { type ProjectFile, projectFiles, type Rule } from './house/files.ts'
import { importDirection, noCycles, noDeadFiles } from './house/imports.ts'
import { fileLength, noMachinePaths, testsRun } from './house/text.ts'

const files = projectFiles()

function planted(texts: Readonly<Record<string, string>>): ProjectFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, text }))
}

/** Each rule holds for the project, and finds what is planted in a small one. */
const rules: readonly {
  name: string
  rule: Rule
  bad: Readonly<Record<string, string>>
  finds: RegExp
  good: Readonly<Record<string, string>>
}[] = [
  {
    name: 'dependencies between packages point one way',
    rule: importDirection,
    bad: { 'packages/protocol/src/index.ts': "import { Log } from '@logan/storage'\n" },
    finds: /packages\/protocol may not import @logan\/storage/,
    good: { 'packages/storage/src/index.ts': "import { apis } from '@logan/protocol'\n" },
  },
  {
    name: 'a package is used through its face',
    rule: importDirection,
    bad: { 'packages/storage/src/index.ts': "import { x } from '@logan/protocol/src/x.ts'\n" },
    finds: /import from @logan\/protocol/,
    good: { 'packages/storage/test/index.test.ts': "import { x } from '../src/x.ts'\n" },
  },
  {
    name: 'no relative import reaches into another package',
    rule: importDirection,
    bad: { 'packages/storage/src/index.ts': "import { x } from '../../protocol/src/x.ts'\n" },
    finds: /reaches into another package/,
    good: { 'packages/storage/src/log/log.ts': "import { x } from '../disk/disk.ts'\n" },
  },
  {
    name: 'no circle of imports',
    rule: noCycles,
    bad: {
      'packages/a/src/a.ts': "import { b } from './b.ts'\n",
      'packages/a/src/b.ts': "export { c } from './c.ts'\n",
      'packages/a/src/c.ts': "import './a.ts'\n",
    },
    finds: /a\.ts -> packages\/a\/src\/b\.ts -> packages\/a\/src\/c\.ts -> packages\/a\/src\/a\.ts/,
    good: { 'packages/a/src/a.ts': "import { b } from './b.ts'\n", 'packages/a/src/b.ts': "import type { A } from './a.ts'\n" },
  },
  {
    name: 'no file that nothing imports',
    rule: noDeadFiles,
    bad: {
      'packages/a/src/index.ts': 'export {}\n',
      'packages/a/src/old.ts': 'export {}\n',
      'packages/a/test/old.test.ts': "import '../src/old.ts'\n",
    },
    finds: /packages\/a\/src\/old\.ts: nothing imports it/,
    good: {
      'packages/a/src/index.ts': "export { a } from './a.ts'\n",
      'packages/a/src/a.ts': "new Worker(new URL('./worker.ts', import.meta.url))\n",
      'packages/a/src/worker.ts': '',
      'scripts/run.mjs': "import './child.mjs'\n",
      'scripts/child.mjs': '',
      'packages/a/test/a.test.ts': "import './helper.ts'\n",
      'packages/a/test/helper.ts': '',
      'package.json': '{"scripts": {"start": "node scripts/run.mjs start"}}',
    },
  },
  ...[
    ['Date.now()', 'Date.now'],
    ['const day = new Date()', 'Date.now'],
    ['performance.now()', 'performance.now'],
    ['setTimeout(f, 1)', 'a timer'],
    ['setInterval(f, 1)', 'a timer'],
    ['Math.random()', 'randomness'],
    ["import { randomUUID } from 'node:crypto'", 'randomness'],
    ["import fs from 'node:fs'", 'the file system'],
    ["import { open } from 'node:fs/promises'", 'the file system'],
    ["import { connect } from 'node:net'", 'the network'],
    ["import { Worker } from 'node:worker_threads'", 'threads'],
    ['process.env.HOME', 'the environment'],
    ["await import('koffi')", 'foreign functions'],
    ['console.log(1)', 'the console'],
  ].map(([line, what]) => ({
    name: `${line} only in the file that owns it`,
    rule: ownedCalls,
    bad: { 'packages/server/src/a.ts': `\n${line}\n` },
    finds: new RegExp(`packages/server/src/a\\.ts:2: ${what} has its own files`),
    good: { 'packages/server/src/a.ts': `// ${line}\n/* ${line} */\n`, 'packages/server/test/a.test.ts': `${line}\n` },
  })),
  {
    name: 'no file is endless',
    rule: fileLength,
    bad: { 'packages/a/src/long.ts': '\n'.repeat(400) },
    finds: /401 lines are more than anyone reads/,
    good: { 'packages/a/src/long.ts': '\n'.repeat(399), 'packages/a/test/long.test.ts': '\n'.repeat(599), LICENSE: '\n'.repeat(1000) },
  },
  ...['test.only(', 'describe.skip(', 'it.skipIf(true)(', 'test.concurrent.todo(', 'skip()'].map((call) => ({
    name: `${call} is not used`,
    rule: testsRun,
    bad: { 'packages/a/test/a.test.ts': `${call}\n` },
    finds: /a\.test\.ts:1: .* leaves tests out without a word/,
    good: { 'packages/a/test/a.test.ts': "test('a', ({ skip }) => skip('no kcat here'))\nstream.skip(4)\n" },
  })),
  {
    name: 'no path of one machine',
    rule: noMachinePaths,
    bad: { 'README.md': `see ${['', 'work', 'main'].join('/')}` },
    finds: /README\.md: .* is a path of one machine/,
    good: { 'README.md': 'see docs/', '.ci/run': `${['..', 'shared', ''].join('/')}` },
  },
  {
    name: 'the file map names every folder of source',
    rule: fileMap,
    bad: { 'docs/architecture.md': 'nothing', 'packages/a/src/log/log.ts': '' },
    finds: /does not say what packages\/a\/src\/log is for/,
    good: { 'docs/architecture.md': '`packages/a/src/log` and packages/*/src/log/*.ts', 'packages/a/src/log/log.ts': '' },
  },
  {
    name: 'the file map names nothing that is not there',
    rule: fileMap,
    bad: { 'docs/architecture.md': '`packages/a/src/gone.ts`' },
    finds: /names packages\/a\/src\/gone\.ts, which is not there/,
    good: { 'docs/architecture.md': '`packages/a/src`', 'packages/a/src/a.ts': '' },
  },
]

describe.each(rules)('$name', ({ rule, bad, finds, good }) => {
  test('in this project', () => expect(rule(files)).toEqual([]))
  test('and would be found out', () => expect(rule(planted(bad)).join('\n')).toMatch(finds))
  test('and what is allowed is let be', () => expect(rule(planted(good))).toEqual([]))
})

test('the project is there to be looked at', () => {
  const paths = files.map((file) => file.path)
  expect(paths).toEqual(
    expect.arrayContaining(['README.md', '.ci/run', 'package.json', 'packages/common/src/clock.ts', 'tests/house-rules.test.ts']),
  )
  expect(paths.some((path) => path.includes('node_modules'))).toBe(false)
})

test('imports are read in every form they take', () => {
  const text = `import a from './a.ts'
import type { B } from './b.ts'
export * from './c.ts'
export type { D } from './d.ts'
import './e.ts'
import {
  f,
  type F,
} from './f.ts'
const g = await import('./g.ts')
// import h from './h.ts'
const i = "import i from './i.ts'"
import * as j from './j.ts'
`
  expect(importsOf(text).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' type' : ''}`)).toEqual([
    './a.ts',
    './b.ts type',
    './c.ts',
    './d.ts type',
    './e.ts',
    './f.ts',
    './g.ts',
    './j.ts',
  ])
})

test('comments go, what only looks like one stays', () => {
  const text = 'const a = "http://x" // gone\nconst b = /["/*]/ /* gone\n too */ + `//stays`\n'
  expect(withoutComments(text)).toBe('const a = "http://x"        \nconst b = /["/*]/        \n        + `//stays`\n')
})
