/** The log of cluster metadata, or a snapshot of it, says what cannot be or what this broker cannot heed. It must not go on as if nothing were wrong. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
}
