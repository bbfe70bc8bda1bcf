/**
 * The sha256 of bytes, or of a text in UTF-8.
 *
 * Node's own hash is preferred: WebCrypto sends each text to another thread and back, which takes
 * longer than hashing it.
 */
export async function sha256(content: Uint8Array | string): Promise<Uint8Array> {
  const node = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (node) return new Uint8Array(node.createHash('sha256').update(content).digest())
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}
