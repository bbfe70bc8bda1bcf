import type { Answer } from './answer.js'
import { answerRows } from './answer-rows.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { renderAnswer } from './render-answer.js'
import { screenWidth } from './screen-width.js'

/**
 * Prints what statements answered. As JSON, of one statement its rows, of several a list of what
 * each answered.
 */
export function printAnswers(answers: readonly Answer[], json = false): void {
  if (json) {
    const [first, ...others] = answers
    const all = answers.map((one) => ({
      command: one.command,
      rowCount: one.rowCount ?? null,
      rows: answerRows(one),
    }))
    printJson(first && others.length === 0 ? answerRows(first) : all)
    return
  }
  console.log(answers.map((one) => renderAnswer(one, screenWidth())).join('\n\n'))
}

/** Prints what a server says beside. */
export function printNotice(notice: string): void {
  console.error(printable(notice))
}
