import { renderTable, type TableContent } from '../table.js'
import { humanDuration, paint, printable } from '../terminal.js'

/** A claim of the demo, and whether the check confirmed it. */
interface Claim {
  readonly claim: string
  readonly holds: boolean
}

/** One step of the demo, as it is printed and as `--json` prints it. */
export interface DemoStep {
  readonly title: string
  readonly notes: readonly string[]
  readonly tables: readonly TableContent[]
  readonly claims: readonly Claim[]
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

/** The functions with which a step writes its report. */
export interface StepWriter {
  note(text: string): void
  table(content: TableContent): void
  claim(claim: string, holds: boolean): void
}

/** Collects the steps, and passes each on when it is finished. */
export class ReportWriter {
  readonly #started = performance.now()
  readonly #steps: DemoStep[] = []
  readonly #onStep: (step: DemoStep, number: number) => void

  constructor(onStep: (step: DemoStep, number: number) => void) {
    this.#onStep = onStep
  }

  async step<T>(title: string, work: (pen: StepWriter) => Promise<T>): Promise<T> {
    const notes: string[] = []
    const tables: TableContent[] = []
    const claims: Claim[] = []
    const started = performance.now()
    const result = await work({
      note: (text) => notes.push(text),
      table: (content) => tables.push(content),
      claim: (claim, holds) => claims.push({ claim, holds }),
    })
    const step = { title, notes, tables, claims, durationMs: performance.now() - started }
    this.#steps.push(step)
    this.#onStep(step, this.#steps.length)
    return result
  }

  finish(directory: string, engine: string): DemoReport {
    const claims = this.#steps.flatMap((step) => step.claims)
    return {
      directory,
      engine,
      steps: this.#steps,
      claimsChecked: claims.length,
      claimsFailed: claims.filter(({ holds }) => !holds).map(({ claim }) => claim),
      durationMs: performance.now() - this.#started,
    }
  }
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
