import { styleText } from 'node:util'

/** Whether a stream may have colour: a terminal that did not ask for none (see no-color.org). */
function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR || FORCE_COLOR === '0') return false
  return stream.isTTY === true || Boolean(FORCE_COLOR)
}

/** Colours a text for the stream that it is printed on, or leaves it plain, as is wanted there. */
export function paint(
  format: Parameters<typeof styleText>[0],
  text: string,
  stream: { readonly isTTY?: boolean } = process.stdout,
): string {
  // Node would look at its own standard output again.
  return wantsColour(stream) ? styleText(format, text, { validateStream: false }) : text
}
