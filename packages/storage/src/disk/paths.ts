import path from 'node:path'

export function parentOf(target: string): string {
  return path.dirname(target)
}

export function nameOf(target: string): string {
  return path.basename(target)
}

export function within(directory: string, name: string): string {
  return path.join(directory, name)
}
