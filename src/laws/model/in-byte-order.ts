/** The order of COLLATE "C": by the bytes of UTF-8. */
export function inByteOrder(sources: readonly string[]): string[] {
  return [...sources].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
