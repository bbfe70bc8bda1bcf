import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scan } from '../../src/scan/index.js'
import { outcomes } from './outcomes.js'

test('the example workspace scans to six resources that are all ok', async () => {
  const root = fileURLToPath(new URL('../../examples/workspace', import.meta.url))
  const found = await scan(root, { rootName: '/home/dev/tideline' })
  expect(found.snapshotError).toBe('')
  expect(outcomes(found)).toEqual({
    'AGENTS.md': 'ok',
    'CLAUDE.md': 'ok',
    '.mcp.json': 'ok',
    '.agents/skills/check-station/SKILL.md': 'ok',
    '.claude/skills/review-sql/SKILL.md': 'ok',
    'skills/release-notes/SKILL.md': 'ok',
  })
})
