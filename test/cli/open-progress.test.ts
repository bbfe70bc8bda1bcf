import { afterEach, expect, test, vi } from 'vitest'
import { openProgress } from '../../src/cli/terminal.js'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  Reflect.deleteProperty(process.stderr, 'isTTY')
})

function catching(isTTY: boolean): string[] {
  const written: string[] = []
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.stubEnv('TERM', 'xterm')
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  return written
}

/** Work of half a second, and then of another. */
function work(): void {
  using progress = openProgress()
  progress.show('at once')
  vi.advanceTimersByTime(500)
  progress.show('half way')
  progress.show('too soon to be drawn')
  vi.advanceTimersByTime(500)
  progress.show('nearly done')
}

test('long work is told on a terminal, in one line that is gone in the end', () => {
  const written = catching(true)
  work()
  const shown = written.filter((text) => /[a-z]{3}/.test(text))
  expect(shown).toEqual(['half way', 'nearly done'])
  // The cursor goes to the beginning of the line, and what stands there is cleared.
  expect(written.slice(-3)).toEqual(['\u001b[1G', '', '\u001b[0K'])
})

test('and nowhere else', () => {
  const written = catching(false)
  work()
  expect(written).toEqual([])
})
