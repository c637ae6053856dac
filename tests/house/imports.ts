import { importsOf, target } from './code.ts'
import { isCode, isSource, type ProjectFile, packageOf, type Rule } from './files.ts'

/** Who may import whom; the arrows point one way. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'packages/common': [],
  'packages/protocol': ['@logan/common'],
  'packages/storage': ['@logan/common', '@logan/protocol'],
  'packages/server': ['@logan/common', '@logan/protocol', '@logan/storage'],
  'apps/broker': ['@logan/common', '@logan/protocol', '@logan/storage', '@logan/server'],
}

export const importDirection: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const owner = packageOf(path)
    if (!isCode(path) || owner === undefined) return []
    const allowed = mayImport[owner]
    if (allowed === undefined) return [`${path}: ${owner} is not in the list of packages; say in tests/house/imports.ts what it may import`]
    return importsOf(text).flatMap(({ specifier }) => complaint(path, owner, allowed, specifier))
  })

function complaint(path: string, owner: string, allowed: readonly string[], specifier: string): string[] {
  const file = target(path, specifier)
  if (file !== undefined && packageOf(file) !== owner && isSource(file))
    return [`${path}: ${specifier} reaches into another package; import what it exports`]
  if (!specifier.startsWith('@logan/') || allowed.includes(specifier)) return []
  const name = specifier.split('/', 2).join('/')
  if (name === nameOf(owner) && !isSource(path)) return []
  if (allowed.includes(name)) return [`${path}: ${specifier} goes past the package's face; import from ${name}`]
  return [`${path}: ${owner} may not import ${specifier}; dependencies point one way: common <- protocol <- storage <- server <- apps`]
}

const nameOf = (owner: string): string => `@logan/${owner.slice(owner.indexOf('/') + 1)}`

/** Cycles of imports that are there when the program runs; types alone may refer to each other. */
export const noCycles: Rule = (files) => {
  const imports = new Map(files.filter((file) => isSource(file.path)).map((file) => [file.path, loaded(file)]))
  const finished = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) found.push(`these files import each other in a circle: ${[...trail.slice(start), path].join(' -> ')}`)
    if (start !== -1 || finished.has(path)) return
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path])
    finished.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return found
}

function loaded({ path, text }: ProjectFile): string[] {
  return importsOf(text).flatMap(({ specifier, typeOnly }) => (typeOnly ? [] : (target(path, specifier) ?? [])))
}

const isEntry = (path: string): boolean => /\.(test|bench|config)\.ts$/.test(path)
const isFace = (path: string): boolean => /\/src\/(index|main)\.ts$/.test(path)

/**
 * Source is reached by imports from its package's face: what only a test uses is dead. Other code is imported, or is a test, or is named
 * where it is said how to run it (package.json, a page, the CI script).
 */
export const noDeadFiles: Rule = (files) => {
  const code = new Map(files.filter((file) => isCode(file.path)).map((file) => [file.path, file]))
  const pages = files.filter((file) => !isCode(file.path)).map((file) => file.text)
  const isNamed = (path: string): boolean => pages.some((text) => text.includes(path.slice(path.lastIndexOf('/') + 1)))
  const paths = [...code.keys()]
  const live = reachable(code, paths.filter(isFace))
  const used = reachable(
    code,
    paths.filter((path) => !isSource(path) && (isEntry(path) || isNamed(path))),
  )
  return paths.filter((path) => !(isSource(path) ? live : used).has(path)).map((path) => `${path}: nothing imports it; use it or remove it`)
}

function reachable(code: ReadonlyMap<string, ProjectFile>, entries: readonly string[]): Set<string> {
  const reached = new Set<string>()
  const reach = (path: string): void => {
    const file = code.get(path)
    if (file === undefined || reached.has(path)) return
    reached.add(path)
    for (const { specifier } of importsOf(file.text)) reach(target(path, specifier) ?? '')
  }
  for (const path of entries) reach(path)
  return reached
}
