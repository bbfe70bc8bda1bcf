import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { renderResult, resultRows } from '../../src/cli/statement-results.js'
import type { StatementResult } from '../../src/cli/statements.js'
import { renderTable } from '../../src/cli/table.js'
import { shorten } from '../../src/cli/terminal.js'

const text = 25
const types = { int4: 23, bytea: 17, timestamptz: 1184, float8: 701, jsonb: 3802, text }

function answer(columns: Record<string, number>, ...rows: (string | null)[][]): StatementResult {
  const named = Object.entries(columns).map(([name, typeId]) => ({ name, typeId }))
  return { command: 'SELECT', rowCount: rows.length, columns: named, rows }
}

describe('an answer as a table', () => {
  test('has numbers to the right, NULL in sight and a count', () => {
    const shown = renderResult(
      answer({ n: types.int4, title: text }, ['7', 'a'], ['1234', null]),
      80,
    )
    expect(shown).toBe('   n  title\n   7  a\n1234  NULL\n(2 rows)')
  })

  test('shows what could command a terminal as escapes, in names too', () => {
    const shown = renderResult(answer({ 'a\u001b[2J': text }, ['x\n\u009b31m\u202e']), undefined)
    expect(shown).toBe('a\\u{1b}[2J\nx\\n\\u{9b}31m\\u{202e}\n(1 row)')
  })

  test('that is as wide as the terminal is one, and a column wider is a value a line', () => {
    const wide = answer({ a: text, b: text }, ['x'.repeat(39), 'y'.repeat(39)])
    expect(renderResult(wide, 80).split('\n')).toHaveLength(3)
    const lines = renderResult(wide, 79).split('\n')
    expect(lines[0]).toMatch(/^-\[ 1 \]-+$/)
    expect(lines[2]).toBe(`b | ${'y'.repeat(39)}`)
    expect(lines.at(-1)).toBe('(1 row)')
  })

  test('cuts bytes and endless values on a terminal, and nothing where there is none', () => {
    const bytes = `\\x${'ab'.repeat(100)}`
    const long = 'z'.repeat(10_000)
    const both = answer({ bytes: types.bytea, long: text }, [bytes, long])
    expect(renderResult(both, 80)).toContain('…')
    expect(renderResult(both, 80).length).toBeLessThan(1000)
    expect(renderResult(both, undefined)).toContain(`${bytes}  ${long}`)
  })

  test('has no rows, or no columns, and says so', () => {
    expect(renderResult(answer({ a: text }), 80)).toBe('a\n(0 rows)')
    expect(renderResult(answer({}, []), 80)).toBe('(1 row)')
  })
})

test('JSON keeps what a JavaScript value would lose', () => {
  const rows = resultRows(
    answer({ at: types.timestamptz, never: types.timestamptz, n: types.float8, doc: types.jsonb }, [
      '2026-03-07 12:00:00.123456+05:30',
      'infinity',
      'NaN',
      '{"a":[1]}',
    ]),
  )
  expect(rows).toEqual([
    { at: '2026-03-07T12:00:00.123456+05:30', never: 'infinity', n: 'NaN', doc: { a: [1] } },
  ])
})

test('a text is cut to columns and not to characters, never inside one', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef')
  expect(shorten('abcdefg', 6)).toBe('abcde…')
  expect(shorten('潮汐表を直す', 6)).toBe('潮汐…')
  expect(shorten('/home/dev/AGENTS.md', 11, 'end')).toBe('…/AGENTS.md')
  for (let width = 1; width < 12; width += 1) {
    expect(stringWidth(shorten('e\u0301👩‍👩‍👧潮x'.repeat(3), width))).toBeLessThanOrEqual(width)
  }
})

test('a table fits by cutting the columns that may be cut, the widest first', () => {
  const content = {
    columns: ['id', 'title', 'agent'],
    rows: [
      ['0123456789', 'a title that is very long indeed', 'main'],
      ['1', 'short', 'other'],
    ],
  }
  const layout = { width: 40, cut: { title: 'start', agent: 'start' } } as const
  const lines = renderTable(content, layout).split('\n')
  expect(lines[1]).toBe('0123456789  a title that is very…  main')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
  const narrow = { ...layout, width: 36, drop: ['agent', 'id'] }
  expect(renderTable(content, narrow).split('\n')[1]).toBe('0123456789  a title that is very lo…')
  const narrower = { ...narrow, width: 24 }
  expect(renderTable(content, narrower).split('\n')[1]).toBe('a title that is very lo…')
  expect(renderTable(content)).toContain('a title that is very long indeed')
})
