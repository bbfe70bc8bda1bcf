import { realpath, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { scan } from '../../src/scan/index.js'
import { makeTree } from './make-tree.js'
import { outcomes } from './outcomes.js'
import { sha256 } from './sha256.js'
import { skillText } from './skill-text.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

const left = 'invalid: a link that leaves the scanned directory'
const broken = 'unreadable: missing, or a broken link (ENOENT)'
const circle = 'unreadable: links that lead in a circle (ELOOP)'
const irregular = 'invalid: not a regular file'

test('a link inside the root is followed, and its source stays the path as found', async () => {
  const root = await makeTree({ 'AGENTS.md': '# Shop', 'CLAUDE.md': { link: 'AGENTS.md' } })
  const { resources } = await scan(root, { rootName: '/w' })
  const [agents, claude] = resources
  expect(agents).toMatchObject({ source: '/w/AGENTS.md', sourcePath: '' })
  expect(claude).toEqual({ ...agents, source: '/w/CLAUDE.md', sourcePath: '/w/AGENTS.md' })
})

test('a link by absolute path is followed where it stays inside the root', async () => {
  const root = await makeTree({ 'docs/agents.md': '# Shop' })
  await symlink(join(root, 'docs/agents.md'), join(root, 'AGENTS.md'))
  const { resources } = await scan(root, { rootName: '/w' })
  expect(resources).toMatchObject([{ status: 'ok', sourcePath: '/w/docs/agents.md' }])
})

test('links that leave the root are invalid, and nothing behind them is shown', async () => {
  const outside = await makeTree({
    'secret.md': 'secret',
    'skill/SKILL.md': skillText('one'),
    'skills/two/SKILL.md': skillText('two'),
  })
  const root = await makeTree({
    'AGENTS.md': { link: join(outside, 'secret.md') },
    'CLAUDE.md': { link: join(outside, 'missing') },
    '.mcp.json': { link: '/etc/passwd' },
    '.cursorrules': { link: 'out' },
    out: { link: outside },
    'skills/one': { link: join(outside, 'skill') },
    'skills/three/SKILL.md': { link: join(outside, 'skill/SKILL.md') },
    'skills/four': { link: outside },
    '.claude/skills': { link: join(outside, 'skills') },
    '.agents': { link: outside },
  })
  const found = await scan(root, { rootName: '/w' })
  expect(outcomes(found)).toEqual({
    '.agents/skills': left,
    '.claude/skills': left,
    '.cursorrules': left,
    '.mcp.json': left,
    'AGENTS.md': left,
    'CLAUDE.md': broken,
    'skills/four/SKILL.md': left,
    'skills/one/SKILL.md': left,
    'skills/three/SKILL.md': left,
  })
  for (const resource of found.resources) {
    expect(resource).toMatchObject({ sizeBytes: 0, contentHash: sha256(), sourcePath: '' })
  }
  expect(JSON.stringify(found)).not.toContain(outside)
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('a directory beside the root whose name begins with that of the root is outside', async () => {
  const outer = await makeTree({
    'shop/AGENTS.md': { link: '../shop-secrets/a.md' },
    'shop-secrets/a.md': 'secret',
  })
  expect(outcomes(await scan(join(outer, 'shop')))).toEqual({ 'AGENTS.md': left })
})

test('broken links and circles are unreadable', async () => {
  const root = await makeTree({
    'AGENTS.md': { link: 'missing.md' },
    'CLAUDE.md': { link: 'CLAUDE.md' },
    'skills/gone': { link: '../missing' },
    'skills/half/SKILL.md': { link: 'missing.md' },
    'skills/round': { link: 'round' },
    '.claude/skills': { link: 'missing' },
    '.codex': { link: '.codex' },
  })
  const found = await scan(root)
  expect(outcomes(found)).toEqual({
    '.claude/skills': broken,
    '.codex/skills': circle,
    'AGENTS.md': broken,
    'CLAUDE.md': circle,
    'skills/gone/SKILL.md': broken,
    'skills/half/SKILL.md': broken,
    'skills/round/SKILL.md': circle,
  })
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('a link to a skill or to a directory of skills is followed inside the root', async () => {
  const root = await makeTree({
    'shared/tides/SKILL.md': skillText('tides'),
    'shared/a-file': 'x',
    'skills/tides': { link: '../shared/tides' },
    'skills/notes': { link: '../shared/a-file' },
    '.claude': { link: 'dot' },
    'dot/skills': { link: '../more' },
    'more/waves/SKILL.md': skillText('waves'),
    'more/loop': { link: '.' },
  })
  const { resources } = await scan(root, { rootName: '/w' })
  expect(resources).toMatchObject([
    {
      source: '/w/.claude/skills/waves/SKILL.md',
      sourcePath: '/w/more/waves/SKILL.md',
      status: 'ok',
    },
    { source: '/w/skills/tides/SKILL.md', sourcePath: '/w/shared/tides/SKILL.md', status: 'ok' },
  ])
})

test('a skill found under a linked name must be called as the link', async () => {
  const root = await makeTree({
    'shared/tides/SKILL.md': skillText('tides'),
    'skills/waves': { link: '../shared/tides' },
  })
  expect(outcomes(await scan(root))).toEqual({
    'skills/waves/SKILL.md':
      "invalid: front matter: name differs from the name of the skill's directory",
  })
})

test('what is no regular file is invalid and never opened', async () => {
  const root = await makeTree({
    'AGENTS.md': { a: 'directory' },
    'CLAUDE.md': { a: 'FIFO' },
    '.cursorrules': { link: 'pipe' },
    pipe: { a: 'FIFO' },
    'skills/one/SKILL.md': { a: 'FIFO' },
    'skills/two/SKILL.md/SKILL.md': 'x',
    'skills/pipe': { a: 'FIFO' },
  })
  const server = createServer().listen(join(root, '.mcp.json'))
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const found = await scan(root, { rootName: '/w' })
  expect(outcomes(found)).toEqual({
    '.cursorrules': irregular,
    '.mcp.json': irregular,
    'AGENTS.md': irregular,
    'CLAUDE.md': irregular,
    'skills/one/SKILL.md': irregular,
    'skills/two/SKILL.md': irregular,
  })
  expect(found.resources.map(({ sizeBytes }) => sizeBytes)).toEqual([0, 0, 0, 0, 0, 0])
  expect(found.resources[0]!.sourcePath).toBe('/w/pipe')
})

test('a root that is a link is scanned where it leads, under the name it was given', async () => {
  const outer = await makeTree({
    'real/AGENTS.md': '# Shop',
    'real/CLAUDE.md': { link: 'AGENTS.md' },
    link: { link: 'real' },
  })
  const root = join(outer, 'link')
  const found = await scan(root)
  expect(found.rootName).toBe(root)
  expect(found.resources).toMatchObject([
    { source: `${root}/AGENTS.md`, status: 'ok' },
    { source: `${root}/CLAUDE.md`, status: 'ok', sourcePath: `${root}/AGENTS.md` },
  ])
})

test('no error text shows the real path of the machine', async () => {
  const root = await makeTree({
    'AGENTS.md': { link: 'missing' },
    'CLAUDE.md': { a: 'directory' },
    'skills/one/SKILL.md': 'bad',
    'skills/two': { link: '/' },
  })
  const { resources } = await scan(root, { rootName: '/w' })
  const real = await realpath(root)
  for (const { error } of resources) {
    expect(error).toBeTruthy()
    expect(error).not.toContain(real)
    expect(error).not.toContain(root)
  }
})
