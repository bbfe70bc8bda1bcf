import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTree } from './make-tree.js'
import { scanWithoutPrivileges } from './scan-without-privileges.js'
import { skillText } from './skill-text.js'

const denied = 'unreadable: permission denied (EACCES)'

test('what the user may not read is unreadable and the rest is taken', async () => {
  const root = await makeTree({
    'AGENTS.md': 'secret',
    'CLAUDE.md': { link: 'private/CLAUDE.md' },
    'private/CLAUDE.md': 'secret',
    '.cursorrules': 'ok',
    'skills/closed/SKILL.md': skillText('closed'),
    'skills/one/SKILL.md': skillText('one'),
    'skills/secret/SKILL.md': skillText('secret'),
    '.claude/skills/two/SKILL.md': skillText('two'),
    '.codex/skills/three/SKILL.md': skillText('three'),
  })
  const closed = ['AGENTS.md', 'private', 'skills/closed', 'skills/secret/SKILL.md']
  for (const path of [...closed, '.claude/skills', '.codex']) await chmod(join(root, path), 0)
  expect(await scanWithoutPrivileges(root)).toEqual({
    '.claude/skills': denied,
    '.codex/skills': denied,
    '.cursorrules': 'ok',
    'AGENTS.md': denied,
    'CLAUDE.md': denied,
    'skills/closed/SKILL.md': denied,
    'skills/one/SKILL.md': 'ok',
    'skills/secret/SKILL.md': denied,
  })
})

test('a root that may be listed but not entered reports only what it has', async () => {
  const root = await makeTree({ 'AGENTS.md': 'x', 'skills/one/SKILL.md': skillText('one') })
  await chmod(root, 0o444)
  expect(await scanWithoutPrivileges(root)).toEqual({ 'AGENTS.md': denied, skills: denied })
})

test.each([0, 0o111])('a root of mode %i cannot be scanned', async (mode) => {
  const root = await makeTree({ 'AGENTS.md': 'x' })
  await chmod(root, mode)
  expect(await scanWithoutPrivileges(root)).toEqual({
    code: 'scan_root_unreadable',
    message: expect.stringContaining(`"${root}" cannot be scanned (EACCES)`),
    cause: 'EACCES',
  })
})

test('a root behind a directory that may not be entered cannot be scanned', async () => {
  const outer = await makeTree({ 'inner/AGENTS.md': 'x' })
  await chmod(outer, 0)
  expect(await scanWithoutPrivileges(join(outer, 'inner'))).toMatchObject({
    code: 'scan_root_unreadable',
  })
})
