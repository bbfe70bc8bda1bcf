import { createHash } from 'node:crypto'
import type { ResourceInput } from '../../src/index.js'

/** An instruction file of which the hash and the size are those of its text. */
export function makeFile(
  source: string,
  text = `# ${source}\n`,
  changes: Partial<ResourceInput> = {},
): ResourceInput {
  const bytes = Buffer.from(text)
  return {
    source,
    kind: 'instruction_file',
    body: { content: bytes.toString('base64') },
    contentHash: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    status: 'ok',
    ...changes,
  }
}

/** A skill with this name, below `/shop/skills`. */
export function makeSkill(name: string, changes: Partial<ResourceInput> = {}): ResourceInput {
  const text = `---\nname: ${name}\n---\n`
  const body = { meta: btoa(text), name, description: `Does ${name}.` }
  return makeFile(`/shop/skills/${name}/SKILL.md`, text, { kind: 'skill', body, ...changes })
}

/** Resources of every kind and status, `count` in all; another `tag` gives other contents. */
export function makeResources(count: number, tag = 'one'): ResourceInput[] {
  const empty = { body: {}, contentHash: '00'.repeat(32) }
  const samples = [
    (n: number) => makeFile(`/shop/${n}/AGENTS.md`, `# ${n} ${tag}\n`),
    (n: number) => makeSkill(`skill-${n}`, { sizeBytes: 10 + tag.length }),
    (n: number) => makeFile(`/shop/${n}/.mcp.json`, tag, { kind: 'mcp_config', body: {} }),
    (n: number) =>
      makeFile(`mcp:${n}`, tag, {
        kind: 'mcp_server',
        body: { server_name: `${n}`, tools: [{ name: tag, input_schema: { type: 'object' } }] },
        sourcePath: `/shop/${n}/.mcp.json`,
      }),
    (n: number) =>
      makeFile(`/shop/${n}/CLAUDE.md`, '', { ...empty, status: 'oversize', error: `big ${tag}` }),
    (n: number) =>
      makeFile(`/shop/${n}/.cursorrules`, '', { ...empty, status: 'unreadable', error: tag }),
  ]
  return Array.from({ length: count }, (_, n) => samples[n % samples.length]!(n))
}
