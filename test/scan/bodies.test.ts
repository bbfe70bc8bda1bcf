import { expect, test } from 'vitest'
import { scan } from '../../src/scan/index.js'
import { makeTree } from './make-tree.js'
import { outcomes } from './outcomes.js'
import { sha256 } from './sha256.js'
import { skillText } from './skill-text.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a tree gives every resource in hash order with the body of its kind', async () => {
  const files = {
    'AGENTS.md': '# Shop\n',
    'CLAUDE.md': 'See AGENTS.md\n',
    '.cursorrules': 'Be brief.\n',
    '.mcp.json': '{"mcpServers": {"db": {"env": {"TOKEN": "secret"}}}}',
    'skills/tides/SKILL.md': skillText('tides', 'Reads tide tables.'),
  }
  const root = await makeTree({ ...files, 'README.md': 'no resource', 'src/AGENTS.md': 'neither' })
  const found = await scan(root, { rootName: '/home/dev/shop' })

  const resource = (kind: string, path: keyof typeof files, body: object) => ({
    source: `/home/dev/shop/${path}`,
    kind,
    body,
    contentHash: sha256(files[path]),
    sizeBytes: files[path].length,
    status: 'ok',
    error: '',
    sourcePath: '',
  })
  expect(found).toEqual({
    rootName: '/home/dev/shop',
    resources: [
      resource('instruction_file', '.cursorrules', { content: base64('Be brief.\n') }),
      resource('instruction_file', 'AGENTS.md', { content: base64('# Shop\n') }),
      resource('instruction_file', 'CLAUDE.md', { content: base64('See AGENTS.md\n') }),
      resource('mcp_config', '.mcp.json', {}),
      resource('skill', 'skills/tides/SKILL.md', {
        meta: base64(files['skills/tides/SKILL.md']),
        name: 'tides',
        description: 'Reads tide tables.',
      }),
    ],
    snapshotError: '',
  })
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('skills are found in all four directories and only one level down', async () => {
  const root = await makeTree({
    'skills/a/SKILL.md': skillText('a'),
    '.agents/skills/b/SKILL.md': skillText('b'),
    '.claude/skills/c/SKILL.md': skillText('c'),
    '.codex/skills/d/SKILL.md': skillText('d'),
    'skills/deep/er/SKILL.md': skillText('er'),
    'skills/SKILL.md': skillText('skills'),
    'skills/no-skill/README.md': 'none',
    'skills/a-file': 'none',
    '.cursor/skills/e/SKILL.md': skillText('e'),
  })
  expect(outcomes(await scan(root))).toEqual({
    '.agents/skills/b/SKILL.md': 'ok',
    '.claude/skills/c/SKILL.md': 'ok',
    '.codex/skills/d/SKILL.md': 'ok',
    'skills/a/SKILL.md': 'ok',
  })
})

test('a plain file where a skills directory could be is ignored', async () => {
  const root = await makeTree({ skills: 'file', '.agents': 'file', '.claude/skills': 'file' })
  expect((await scan(root)).resources).toEqual([])
})

test('an empty instruction file is ok and its body leaves the empty field out', async () => {
  const { resources } = await scan(await makeTree({ 'AGENTS.md': '' }))
  expect(resources).toMatchObject([{ status: 'ok', body: {}, sizeBytes: 0, contentHash: sha256() }])
})

test('an instruction file that is not UTF-8 is invalid and still hashed', async () => {
  const bytes = Buffer.from([0x23, 0x20, 0xff, 0xfe])
  const { resources } = await scan(await makeTree({ 'AGENTS.md': bytes }))
  expect(resources).toMatchObject([
    { status: 'invalid', error: 'not UTF-8', body: {}, sizeBytes: 4, contentHash: sha256(bytes) },
  ])
})

test('an instruction file that holds a NUL is ok, since its body is base64', async () => {
  const { resources } = await scan(await makeTree({ 'AGENTS.md': 'a\0b' }))
  expect(resources).toMatchObject([{ status: 'ok', body: { content: base64('a\0b') } }])
})

test.each([
  ['an object', '{"mcpServers": {}}', 'ok'],
  ['an object after a byte order mark', '\ufeff{}', 'ok'],
  ['broken JSON with a secret in it', '{"token": "hunter2"', 'invalid: not valid JSON'],
  ['nothing', '', 'invalid: not valid JSON'],
  ['a comment', '// none\n{}', 'invalid: not valid JSON'],
  ['60 KiB of brackets', '['.repeat(60 * 1024), 'invalid: not valid JSON'],
  ['Latin-1', Buffer.from('{"a": "\xe9"}', 'latin1'), 'invalid: not UTF-8'],
])('an MCP configuration that is %s never shows its content', async (_, content, outcome) => {
  const found = await scan(await makeTree({ '.mcp.json': content }))
  expect(outcomes(found)).toEqual({ '.mcp.json': outcome })
  expect(found.resources).toMatchObject([{ kind: 'mcp_config', body: {} }])
})

test('of two skills with one name the first source that is otherwise ok is ok', async () => {
  const root = await makeTree({
    '.agents/skills/tides/SKILL.md': 'no front matter',
    '.claude/skills/tides/SKILL.md': skillText('tides'),
    '.codex/skills/tides/SKILL.md': skillText('tides', 'Something else.'),
    'skills/tides/SKILL.md': skillText('tides'),
  })
  const first = 'a second skill named tides; the first is /w/.claude/skills/tides/SKILL.md'
  expect(outcomes(await scan(root, { rootName: '/w' }))).toEqual({
    '.agents/skills/tides/SKILL.md': 'invalid: no front matter: the first line is not ---',
    '.claude/skills/tides/SKILL.md': 'ok',
    '.codex/skills/tides/SKILL.md': `invalid: ${first}`,
    'skills/tides/SKILL.md': `invalid: ${first}`,
  })
})
