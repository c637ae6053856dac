import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = fs.readFileSync(`${root}/README.md`, 'utf8')

test('the example runs', () => {
  const example = /```js\n(.*?)```/s.exec(readme)![1]!
  const output = execFileSync(process.execPath, ['-C', '@logan/source', '--input-type=module', '-e', example], { cwd: root })
  expect(output.toString()).toBe('0: first\n')
})

test('the files of the map are there', () => {
  const names = [...readme.matchAll(/^\| `?(src\/[^|]*)\|/gm)].flatMap(([, cell]) => filesIn(cell!))
  const all = fs.readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  for (const name of names) expect(all.map((file) => `src/${file}`)).toContain(name)
})

/** Cells read like `src/a/b.ts`, `c.ts` or `src/a/{b,c}.ts`; patterns with a star stand for whatever is there. */
function filesIn(cell: string): string[] {
  const parts = [...cell.matchAll(/[\w./{},*-]+\.ts/g)].map(([part]) => part)
  const folder = parts[0]!.slice(0, parts[0]!.lastIndexOf('/') + 1)
  return parts
    .map((part) => (part.includes('/') ? part : folder + part))
    .filter((part) => !part.includes('*'))
    .flatMap((part) => {
      const [, before = '', options = '', after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(part) ?? [undefined, part]
      return options === '' ? [before] : options.split(',').map((option) => before + option + after)
    })
}
