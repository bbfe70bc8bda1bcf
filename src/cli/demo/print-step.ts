import { humanDuration } from '../human-size.js'
import { paint } from '../paint.js'
import { printable } from '../printable.js'
import { renderTable } from '../render-table.js'
import type { DemoReport, DemoStep } from './report.js'

const width = 78

/** Prints one step: what was done, a table of what came of it, and what was found to be so. */
export function printStep(step: DemoStep, number: number): void {
  const heading = `${String(number).padStart(2)}  ${step.title}`
  const time = humanDuration(step.durationMs)
  const gap = ' '.repeat(Math.max(2, width - heading.length - time.length))
  console.log(`\n${paint('bold', heading)}${gap}${paint('dim', time)}`)
  for (const note of step.notes) console.log(`    ${printable(note)}`)
  for (const table of step.tables) {
    const lines = renderTable(table).split('\n')
    console.log(`\n${lines.map((line) => `  ${line}`).join('\n')}`)
  }
  if (step.tables.length > 0) console.log('')
  for (const { claim, holds } of step.claims) {
    const mark = holds ? paint('green', '  ok') : paint('red', 'FAIL')
    console.log(`${mark}  ${claim}`)
  }
}

/** Prints how it all went, and what to do next. */
export function printSummary(report: DemoReport, given: boolean): void {
  const { claimsChecked, claimsFailed, durationMs } = report
  console.log('')
  if (claimsFailed.length > 0) {
    console.log(paint('red', `${claimsFailed.length} of ${claimsChecked} claims do not hold:`))
    for (const claim of claimsFailed) console.log(`  ${claim}`)
    return
  }
  const time = humanDuration(durationMs)
  console.log(paint('bold', `All ${claimsChecked} claims hold, in ${time}, without a server.`))
  console.log('\nTry next:')
  const next = [
    given
      ? ['npm start', 'with a project that has every kind of trouble']
      : ['npm start -- ~/your/project', 'on a copy of a project of yours'],
    ['npm start -- --json', 'as one JSON document'],
    ['npx driftpin scan .', 'what an agent finds there'],
    ['npx driftpin migrate plan', 'the SQL of the schema'],
  ]
  for (const [command, what] of next) console.log(`  ${command!.padEnd(45)}${what}`)
}
