import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ProjectFile {
  /** From the project's root, with `/`. */
  readonly path: string
  readonly text: string
}

/** A rule looks at files and says in whole sentences what is wrong with them. */
export type Rule = (files: readonly ProjectFile[]) => string[]

export const root = fileURLToPath(new URL('../..', import.meta.url))

const notOurs = new Set(['node_modules', 'dist', '.git', '.turbo', 'coverage', 'logan-data', '.logan'])
const textEndings = /\.(ts|mts|mjs|js|json|md|ya?ml|py|go|mod|sum|java|sh|txt|xml)$|^(run|LICENSE|\.[a-z]+)$/

/** Every text file that belongs to the project. */
export function projectFiles(): ProjectFile[] {
  return list(root).map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
}

function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return list(path)
      return entry.isFile() && textEndings.test(entry.name) ? [path] : []
    })
}

export const isSource = (path: string): boolean => /^(packages|apps)\/[^/]+\/src\/.*\.ts$/.test(path)
export const isCode = (path: string): boolean => /\.(ts|mts|mjs)$/.test(path)
/** `packages/common/src/clock.ts` belongs to `packages/common`. */
export const packageOf = (path: string): string | undefined => /^(?:packages|apps)\/[^/]+/.exec(path)?.[0]
