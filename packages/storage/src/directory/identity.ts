import type { Clock, Random } from '@logan/common'
import { type Disk, DiskError } from '../disk/disk.ts'
import { within } from '../disk/paths.ts'
import { readWholeFile, writeFileAtomically } from '../disk/whole-file.ts'
import { decodeMetaProperties, encodeMetaProperties, type MetaProperties } from '../state/meta-properties.ts'

const fileName = 'meta.properties'

/** Who the directory belongs to; a new one gets a fresh cluster of its own. */
export async function loadIdentity(disk: Disk, directory: string, nodeId: number, clock: Clock, random: Random): Promise<MetaProperties> {
  const path = within(directory, fileName)
  const text = readWholeFile(disk, path)?.toString()
  if (text === undefined) {
    const fresh = { clusterId: randomUuid(random), nodeId, directoryId: randomUuid(random) }
    await writeFileAtomically(disk, path, encodeMetaProperties(fresh, clock.now()))
    return fresh
  }
  const found = decodeMetaProperties(text)
  // Making it up anew would turn the data over to another cluster.
  if (found.kind === 'corrupt') throw new DiskError('open', path, 'EBADMSG', found.reason)
  return found.value
}

/** A version 4 uuid in Kafka's text form; Kafka avoids a leading dash, which command lines take for a flag. */
function randomUuid(random: Random): string {
  for (;;) {
    const bytes = random.bytes(16)
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const text = bytes.toString('base64url')
    if (!text.startsWith('-')) return text
  }
}
