// `npm start` and `npm test`, on a machine that has only Node (18 or newer) and npm: installs, then runs everything with the pinned Node.
import { join } from 'node:path'
import { runChecks } from './check.mjs'
import { build, install, root, runNode } from './workspace.mjs'

const commands = {
  start: async (args) => (await build()) || runNode([join(root, 'apps', 'broker', 'dist', 'main.js'), ...args]),
  test: runChecks,
  build,
  measure: async (args) => (await build()) || runNode([join(root, 'scripts', 'measure.mjs'), ...args]),
}

const [name, ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [arguments]`)
  process.exit(2)
}
process.exit((await install()) || (await command(args)))
