import { renderTable, type TableContent } from '../table.js'
import { humanDuration, paint, printable } from '../terminal.js'

/** One step of the demo, as it is printed and as `--json` prints it. */
export interface DemoStep {
  readonly title: string
  readonly notes: string[]
  readonly tables: TableContent[]
  readonly claims: { readonly claim: string; readonly holds: boolean }[]
  readonly durationMs: number
}

/** The whole demo. */
export interface DemoReport {
  readonly directory: string
  readonly engine: string
  readonly steps: readonly DemoStep[]
  readonly claimsChecked: number
  readonly claimsFailed: readonly string[]
  readonly durationMs: number
}

const width = 78

/** Prints one step: its notes, its tables and its claims. */
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

/** Prints the result, and what to try next. */
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
      ? ['npm start', 'with the shipped example']
      : ['npm start -- ~/your/project', 'with a copy of your own project'],
    ['npm start -- --json', 'one JSON document'],
    ['npx driftpin scan .', 'what an agent would find there'],
    ['npx driftpin migrate plan', 'the SQL of the schema'],
  ]
  for (const [command, what] of next) console.log(`  ${command!.padEnd(32)}${what}`)
}
