import { stripVTControlCharacters } from 'node:util'
import { expect, test, vi } from 'vitest'
import { createDevReport } from '../../src/cli/dev/dev-report.js'
import { paint } from '../../src/cli/terminal.js'

const terminal = { isTTY: true }
const file = { isTTY: false }

/** What of a terminal and a file gets colour, with these settings alone. */
function coloured(settings: { NO_COLOR?: string; FORCE_COLOR?: string }) {
  vi.stubEnv('NO_COLOR', settings.NO_COLOR)
  vi.stubEnv('FORCE_COLOR', settings.FORCE_COLOR)
  try {
    return [terminal, file].map((stream) => {
      const text = paint('red', 'words', stream)
      expect(stripVTControlCharacters(text)).toBe('words')
      return text !== 'words'
    })
  } finally {
    vi.unstubAllEnvs()
  }
}

test.each([
  [{}, [true, false]],
  [{ NO_COLOR: '1' }, [false, false]],
  [{ NO_COLOR: '' }, [true, false]],
  [{ FORCE_COLOR: '1' }, [true, true]],
  [{ FORCE_COLOR: '0' }, [false, false]],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, [false, false]],
])('with %j a terminal and a file have colour: %j', (settings, expected) => {
  expect(coloured(settings)).toEqual(expected)
})

test('a failure of dev has the colour that standard error is to have, not standard output', () => {
  const [output, errors] = [process.stdout.isTTY, process.stderr.isTTY]
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('FORCE_COLOR', undefined)
  const told = vi.spyOn(console, 'error').mockImplementation(() => {})
  try {
    for (const isTTY of [true, false]) {
      process.stdout.isTTY = !isTTY
      process.stderr.isTTY = isTTY
      createDevReport().failed(new Error('no room'))
      const line = String(told.mock.lastCall)
      expect(stripVTControlCharacters(line)).toContain('no room')
      expect(line !== stripVTControlCharacters(line)).toBe(isTTY)
    }
  } finally {
    process.stdout.isTTY = output
    process.stderr.isTTY = errors
    told.mockRestore()
    vi.unstubAllEnvs()
  }
})

test('a seed that came too late is told', () => {
  const told = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    const ready = {
      ...{ url: 'postgres://here', pid: 1, version: '18', data: '/data', isNew: false },
      ...{ seeded: null, seedUnused: 'boats.sql', portTaken: null, watching: null, readyMs: 1 },
      migrations: { applied: 0, newest: undefined, ran: [] },
      migrationsFolder: null,
    }
    createDevReport().ready(ready)
    expect(stripVTControlCharacters(String(told.mock.lastCall))).toMatch(
      /seed +boats\.sql, not used, because the database exists already/,
    )
    createDevReport(true).ready(ready)
    expect(JSON.parse(String(told.mock.lastCall))).toMatchObject({ seedUnused: 'boats.sql' })
  } finally {
    told.mockRestore()
  }
})
