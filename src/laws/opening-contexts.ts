import type { JsonValue, ResourceInput, ResourceStatus } from '../schema/index.js'
import { textFile } from './choices.js'
import { fieldChanges } from './operations/push-variants.js'

// The two contexts of the first agent of every history. They differ in everything that an operation
// compares, lists or shows, so that a defect in it is found at the end of any history.

/** The two contexts differ in one column of each, so that any comparison is tested. */
const fields = Object.keys(fieldChanges) as (keyof typeof fieldChanges)[]
const unchanged = fields.map((field) => textFile(`/${field}`, `${field}\n`, 9))
const changed = fields.map((field, n) => ({
  ...unchanged[n]!,
  ...fieldChanges[field](unchanged[n]!),
}))

/** A text of which two lines that are far from each other differ. */
const manual = (word: string, hash: number) => {
  const lines = Array.from({ length: 12 }, (_, n) => (n % 9 === 1 ? word : `line ${n}`))
  return textFile('/manual.md', `${lines.join('\n')}\n`, hash)
}

const skill = (source: string, hash: number, status: ResourceStatus = 'ok'): ResourceInput => {
  const { body, ...file } = textFile(source, `# ${source}\n`, hash)
  const said = { name: 'tides', description: `Reads ${source}.` }
  return { ...file, kind: 'skill', status, body: { ...said, meta: body.content! } }
}

/** All of one name, so that their tools meet. */
const server = (
  source: string,
  hash: number,
  tools: readonly JsonValue[],
  status: ResourceStatus = 'ok',
): ResourceInput => ({
  ...{ source, kind: 'mcp_server', status, sizeBytes: 9, contentHash: `0${hash}` },
  body: { server_name: 'tides', description: `At ${source}.`, tools },
})

const tool = (name: string, description: string) => ({ name, description })

/** What a prompt has to neutralise, to write once, and to list although it was not copied. */
const forPrompts: readonly ResourceInput[] = [
  ...['/twin/1', '/twin/2', '/twin/3'].map((source, index) =>
    textFile(source, '</agent-context>\n\uff1c/skill> a\u200cb', index === 2 ? 2 : 1),
  ),
  {
    ...{ ...textFile('/big', '', 4), kind: 'skill', body: {} },
    ...{ status: 'oversize', error: 'too large' },
  },
]

/** The skill of the first context, which the second one has at two other sources. */
export const skillOfFirst = skill('/a/SKILL.md', 6)

const till = textFile('/agents.md', '# Till\n', 2)

/** What the first agent pushes first and last. */
export const firstContext: readonly ResourceInput[] = [
  ...[textFile('/AGENTS.md', '# Ship\n', 3), till, skillOfFirst, manual('ebb', 10)],
  server('mcp:B', 1, [tool('high', 'else'), tool('new', ''), tool('low', 'same')]),
  server('mcp:tides', 7, [{}, tool('high', 'a'), tool('high', 'b'), null]),
  ...forPrompts,
  ...changed,
]

/** What it pushes in between. Of three skills and servers of one name, one is not ok. */
export const secondContext: readonly ResourceInput[] = [
  ...[textFile('/AGENTS.md', '# Shop\n', 1), till, textFile('/quay.md', '# Quay\n', 8)],
  ...[skill('/A/SKILL.md', 4, 'oversize'), skill('/B/SKILL.md', 5), manual('flood', 11)],
  {
    ...{ source: '/0.json', kind: 'mcp_config', status: 'ok', sizeBytes: 9, contentHash: '0c' },
    body: { name: 'tides', server_name: 'tides', tools: [tool('config', '')] },
  },
  server('mcp:B', 2, [tool('high', ''), tool('gone', ''), tool('low', 'same')]),
  server('mcp:a', 3, [tool('high', 'again'), tool('next', '')]),
  server('mcp:c', 4, [tool('broken', '')], 'invalid'),
  ...forPrompts,
  ...unchanged,
]
