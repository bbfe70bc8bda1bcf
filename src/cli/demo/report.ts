import type { TableContent } from '../render-table.js'

/** Something that the demo says is so, and whether it found it so. */
interface Claim {
  readonly claim: string
  readonly holds: boolean
}

/** One step of the demo, as it is printed and as `--json` has it. */
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

/** What a step has to tell with. */
export interface StepPen {
  note(text: string): void
  table(content: TableContent): void
  claim(claim: string, holds: boolean): void
}

/** Collects steps, and hands each on when it is finished. */
export class ReportWriter {
  readonly #started = performance.now()
  readonly #steps: DemoStep[] = []
  readonly #onStep: (step: DemoStep, number: number) => void

  constructor(onStep: (step: DemoStep, number: number) => void) {
    this.#onStep = onStep
  }

  async step<T>(title: string, work: (pen: StepPen) => Promise<T>): Promise<T> {
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
