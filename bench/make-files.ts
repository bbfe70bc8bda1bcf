import { createHash, randomBytes } from 'node:crypto'
import type { ResourceInput } from '../src/index.ts'

/** Resources of instruction files whose bodies have so many bytes together, as JSON. */
export function makeFiles(count: number, bodiesBytes: number): ResourceInput[] {
  const wrapping = JSON.stringify({ content: '' }).length
  const base64Bytes = Math.floor(bodiesBytes / count) - wrapping
  return Array.from({ length: count }, (_, index) => {
    const bytes = randomBytes(Math.floor(base64Bytes / 4) * 3)
    return {
      source: `/home/dev/project/packages/package-${index}/AGENTS.md`,
      kind: 'instruction_file',
      body: { content: bytes.toString('base64') },
      contentHash: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      status: 'ok',
    }
  })
}
