import type { Pin } from '../context/index.js'
import { UsageError } from './command-error.js'
import { printable } from './printable.js'

/**
 * The pin of a source, which may be written as its last parts, such as `AGENTS.md`.
 *
 * @throws UsageError where none is called so, or several end so.
 */
export function findPin<P extends Pin>(pins: readonly P[], source: string): P {
  const exact = pins.find((pin) => pin.source === source)
  const ending = pins.filter((pin) => pin.source.endsWith(`/${source.replace(/^\//, '')}`))
  const found = exact ? [exact] : ending
  const [pin, ...others] = found
  if (pin && others.length === 0) return pin
  const sources = (pin ? found : pins).map((one) => `  ${printable(one.source)}`).join('\n')
  const what = pin ? 'Several pins of this chat end in' : 'No pin of this chat is called'
  throw new UsageError(`${what} ${printable(source)}:\n${sources || '  it has none'}`)
}
