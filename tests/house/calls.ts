import { withoutComments } from './code.ts'
import { isSource, type Rule } from './files.ts'

interface Owned {
  readonly what: string
  readonly pattern: RegExp
  readonly owners: RegExp
  readonly instead: string
}

const moduleNamed = (name: string): RegExp => new RegExp(`['"](?:node:)?${name}(?:/[a-z]+)?['"]`)

/** What touches the world outside, and the files that do it for everybody. A simulation replaces these and nothing else. */
const owned: readonly Owned[] = [
  { what: 'Date.now', pattern: /\bDate\.now\b|\bnew Date\(\)/, owners: /^packages\/common\/src\/clock\.ts$/, instead: 'take a Clock' },
  {
    what: 'performance.now',
    pattern: /\bperformance\.now\b|\bhrtime\b/,
    owners: /^packages\/common\/src\/clock\.ts$/,
    instead: 'take a Clock',
  },
  {
    what: 'a timer',
    pattern: /\bset(?:Timeout|Interval)\b/,
    owners: /^packages\/common\/src\/clock\.ts$/,
    instead: 'take a Clock and use setTimer',
  },
  {
    what: 'randomness',
    pattern: /\bMath\.random\b|\brandom(?:Bytes|UUID|Int|FillSync)\b|\bgetRandomValues\b/,
    owners: /^packages\/common\/src\/random\.ts$/,
    instead: 'take a Random',
  },
  {
    what: 'the file system',
    pattern: moduleNamed('fs'),
    owners: /^packages\/storage\/src\/disk\/|^apps\/broker\/src\/(?:config|port)-file\.ts$/,
    instead: 'take a Disk',
  },
  {
    what: 'the network',
    pattern: moduleNamed('(?:net|dgram|tls|http)'),
    owners: /^packages\/server\/src\/net\/|^packages\/storage\/src\/disk\/directory-lock\.ts$/,
    instead: 'leave sockets to packages/server/src/net',
  },
  {
    what: 'threads',
    pattern: moduleNamed('(?:worker_threads|child_process|cluster)'),
    owners: /^$/,
    instead: 'write to a shard through its Mailbox',
  },
  {
    what: 'the environment',
    pattern: /\bprocess\.env\b/,
    owners: /^apps\/broker\/src\/main\.ts$|^packages\/storage\/src\/disk\/directory-lock\.ts$/,
    instead: 'take an option',
  },
  { what: 'foreign functions', pattern: moduleNamed('koffi'), owners: /^packages\/storage\/src\/disk\//, instead: 'ask the Disk' },
  { what: 'the console', pattern: /\bconsole\./, owners: /^$/, instead: 'take a Logger' },
]

export const ownedCalls: Rule = (files) =>
  files
    .filter((file) => isSource(file.path))
    .flatMap(({ path, text }) => {
      const lines = withoutComments(text).split('\n')
      return owned
        .filter(({ owners }) => !owners.test(path))
        .flatMap(({ what, pattern, instead }) =>
          lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${what} has its own files; ${instead}`] : [])),
        )
    })
