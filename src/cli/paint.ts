import { styleText } from 'node:util'

/** Whether output may have colour: a terminal that did not ask for none (see no-color.org). */
function wantsColour(): boolean {
  if (process.env.NO_COLOR) return false
  return process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)
}

/** Colours a text for the terminal, or leaves it plain where colour is not wanted. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return wantsColour() ? styleText(format, text) : text
}
