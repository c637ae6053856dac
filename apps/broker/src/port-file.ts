import { renameSync, rmSync, writeFileSync } from 'node:fs'

/** Removes what an earlier run left, so that whoever waits for the file waits for this run. */
export function clearPortFile(path: string): void {
  rmSync(path, { force: true })
}

/** Writes the decimal port alone. Renamed into place, so that nobody reads half of it. */
export function writePortFile(path: string, port: number): void {
  writeFileSync(`${path}.tmp`, String(port))
  renameSync(`${path}.tmp`, path)
}
