import { expect, test } from 'vitest'
import { renderDiff } from '../../src/cli/diff-command.js'
import type { ContextDiff, DiffSide } from '../../src/index.js'

function side(text: string | null, changes: Partial<DiffSide> = {}): DiffSide {
  const contentHash = 'ab'.repeat(32)
  const sizeBytes = text?.length ?? 0
  return { kind: 'instruction_file', contentHash, sizeBytes, status: 'ok', text, ...changes }
}

function rendered(changes: Partial<ContextDiff>): string[] {
  const chat = { id: 'a', ownerId: 'b' }
  const none = { chat, hydrated: true, added: [], removed: [], modified: [] }
  return renderDiff({ ...none, ...changes }).split('\n')
}

test('a change of a text is shown as a unified diff, with what stands around it', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8', ''].join('\n')
  const live = side(before.replace('5', 'five'), { contentHash: '00'.repeat(32) })
  expect(rendered({ modified: [{ source: '/a', pinned: side(before), live }] })).toEqual([
    'modified /a',
    '  instruction_file, ok, 16 B -> 19 B, abababababab -> 000000000000',
    '@@ -2,7 +2,7 @@',
    ...[' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8'],
  ])
})

test('a text that came or went is shown whole, and no line is what it has instead', () => {
  expect(rendered({ added: [{ source: '/a', live: side('x\ny\n') }] }).slice(2)).toEqual([
    '@@ -0,0 +1,2 @@',
    '+x',
    '+y',
  ])
  expect(rendered({ removed: [{ source: '/a', pinned: side('x') }] }).slice(2)).toEqual([
    '@@ -1,1 +0,0 @@',
    '-x',
    '\\ No newline at end of file',
  ])
})

test('what has no text is told by its facts, each with its change', () => {
  const pinned = side(null, { kind: 'mcp_config', sizeBytes: 5 })
  const live = side(null, { kind: 'mcp_config', status: 'oversize', sizeBytes: 70_000 })
  const lines = rendered({ modified: [{ source: '/.mcp.json', pinned, live }] })
  expect(lines).toEqual([
    'modified /.mcp.json',
    '  mcp_config, ok -> oversize, 5 B -> 68.4 KiB, abababababab',
  ])
})

test('resources come by source, and nothing in them moves a cursor', () => {
  const lines = rendered({
    added: [{ source: '/b\u001b[2J', live: side('a\r\n\u009b31m\tz\n') }],
    removed: [{ source: '/a', pinned: side(null) }],
    modified: [{ source: '/\u{10000}', pinned: side(null), live: side(null, { sizeBytes: 1 }) }],
  })
  expect(lines.filter((line) => /^(added|removed|modified)/.test(line))).toEqual([
    'removed /a',
    'added /b\\u{1b}[2J',
    'modified /\u{10000}',
  ])
  expect(lines).toContain('+a\\r')
  expect(lines).toContain('+\\u{9b}31m    z')
})
