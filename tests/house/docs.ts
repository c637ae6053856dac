import { isSource, type Rule } from './files.ts'

const page = 'docs/architecture.md'
const named = /(?:packages|apps|tests|scripts|docs|\.ci)\/[\w./*-]*[\w*]/g

/** The file map of docs/architecture.md names every folder of source, and nothing that is not there. */
export const fileMap: Rule = (files) => {
  const text = files.find((file) => file.path === page)?.text
  if (text === undefined) return [`${page} is missing`]
  const paths = files.map((file) => file.path)
  const folders = new Set(paths.filter(isSource).map((path) => path.slice(0, path.lastIndexOf('/'))))
  const unnamed = [...folders].filter((folder) => !text.includes(folder)).map((folder) => `${page} does not say what ${folder} is for`)
  const places = new Set([...text.matchAll(named)].map((match) => match[0]))
  const gone = [...places].filter((place) => !exists(paths, place)).map((place) => `${page} names ${place}, which is not there`)
  return [...unnamed, ...gone]
}

/** `*` stands for any name. */
function exists(paths: readonly string[], place: string): boolean {
  const pattern = new RegExp(`^${place.replace(/[.+]/g, '\\$&').replace(/\*/g, '[^/]*')}(?:/|$)`)
  return paths.some((path) => pattern.test(path))
}
