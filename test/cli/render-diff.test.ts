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
  const live = side('12\n', { contentHash: '00'.repeat(32) })
  const lines = [' 2', ' 3', '-5', '+five', ' 6']
  const hunks = [{ pinnedStart: 2, pinnedLines: 4, liveStart: 2, liveLines: 4, lines }]
  const modified = [{ source: '/a', pinned: side('1\n'), live, hunks, tools: null }]
  expect(rendered({ modified })).toEqual([
    'modified /a',
    '  instruction_file, ok, 2 B -> 3 B, abababababab -> 000000000000',
    '@@ -2,4 +2,4 @@',
    ...lines,
  ])
  expect(rendered({ modified: [{ ...modified[0]!, hunks: null }] }).slice(2)).toEqual([
    '  The texts differ too much for a comparison by line.',
  ])
})

test('the tools of a server that differ are listed', () => {
  const pinned = side(null, { kind: 'mcp_server' })
  const tools = { added: ['new\u001b'], removed: ['gone'], modified: ['other'] }
  const modified = [{ source: 'mcp:a', pinned, live: pinned, hunks: null, tools }]
  expect(rendered({ modified }).slice(2)).toEqual([
    ...['- tool gone', '+ tool new\\u{1b}', '~ tool other'],
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
  expect(rendered({ added: [{ source: '/a', live: side('') }] })).toHaveLength(2)
  expect(rendered({ added: [{ source: '/a', live: side('\n') }] }).slice(3)).toEqual(['+'])
})

test('what has no text is told by its facts, each with its change', () => {
  const pinned = side(null, { kind: 'mcp_config', sizeBytes: 5 })
  const live = side(null, { kind: 'mcp_config', status: 'oversize', sizeBytes: 70_000 })
  const lines = rendered({
    modified: [{ source: '/.mcp.json', pinned, live, hunks: null, tools: null }],
  })
  expect(lines).toEqual([
    'modified /.mcp.json',
    '  mcp_config, ok -> oversize, 5 B -> 68.4 KiB, abababababab',
  ])
})

test('resources come by source, and nothing in them moves a cursor', () => {
  const lines = rendered({
    added: [{ source: '/b\u001b[2J', live: side('a\r\n\u009b31m\tz\n') }],
    removed: [{ source: '/a', pinned: side(null) }],
    modified: [
      {
        ...{ source: '/\u{10000}', pinned: side(null), live: side(null, { sizeBytes: 1 }) },
        ...{ hunks: null, tools: null },
      },
    ],
  })
  expect(lines.filter((line) => /^(added|removed|modified)/.test(line))).toEqual([
    'removed /a',
    'added /b\\u{1b}[2J',
    'modified /\u{10000}',
  ])
  expect(lines).toContain('+a\\r')
  expect(lines).toContain('+\\u{9b}31m    z')
})
