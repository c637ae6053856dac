import type { Logger } from '@logan/common'
import { type Disk, DiskError } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { readWholeFile, writeWholeFile } from '../disk/whole-file.ts'
import { offsetInFileName } from '../segment/file-names.ts'
import { Segment } from '../segment/segment.ts'
import { decodePartitionMetadata, encodePartitionMetadata } from '../state/partition-metadata.ts'

const metadataName = 'partition.metadata'
/** Files of work that a stop cut off: deletions, compactions, replacements of small files. */
const leftoverSuffixes = ['.deleted', '.cleaned', '.swap', '.tmp']

/**
 * Makes the directory of a log and ties it to its topic, or checks that it is tied to this one.
 * @returns whether the directory was made
 */
export function prepareDirectory(disk: Disk, directory: string, topicId: string, logger: Logger): boolean {
  const isNew = !disk.exists(directory)
  if (isNew) disk.makeDirectory(directory)
  const path = within(directory, metadataName)
  const found = decodePartitionMetadata(readWholeFile(disk, path)?.toString() ?? '')
  if (found.kind === 'ok' && found.value !== topicId)
    throw new DiskError('open', directory, 'EBADMSG', `belongs to topic ${found.value}, not to ${topicId}`)
  if (found.kind === 'corrupt') {
    if (!isNew) logger.warn({ path, reason: found.reason }, 'the topic id is missing and written anew')
    writeWholeFile(disk, path, encodePartitionMetadata(topicId))
  }
  return isNew
}

export async function removeLeftovers(disk: Disk, directory: string): Promise<void> {
  for (const name of disk.list(directory)) {
    if (leftoverSuffixes.some((suffix) => name.endsWith(suffix))) await disk.remove(within(directory, name))
  }
}

/** The segments that are there, oldest first. The end of the last one is not known yet. */
export function findSegments(disk: Disk, directory: string, nowMs: number): Segment[] {
  const bases = disk.list(directory).flatMap((name) => offsetInFileName(name, 'log') ?? [])
  return bases.map((baseOffset, index) => {
    const nextOffset = bases[index + 1] ?? Number.POSITIVE_INFINITY
    return Segment.existing({ disk, directory, baseOffset, nowMs, nextOffset })
  })
}

/** As Kafka names directories that are to go: unique, as a topic has its id for itself. */
export function deletedName(name: string, topicId: string): string {
  return withSuffix(name, `.${Buffer.from(topicId, 'base64url').toString('hex')}-delete`)
}

/** `<topic>-<partition><suffix>`, with the topic cut so that it is no longer than file systems take. */
export function withSuffix(name: string, suffix: string): string {
  const end = name.slice(name.lastIndexOf('-')) + suffix
  return name.slice(0, Math.min(name.lastIndexOf('-'), 255 - end.length)) + end
}
