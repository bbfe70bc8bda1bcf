import type { Finding } from '../../law.js'
import { copyModel, type Model, Refusal } from '../../model/model.js'
import { plainAnswer, plainOutcome } from '../../plain-answer.js'
import { unexpectedRows } from '../../unexpected-rows.js'
import type { LaneStep, RaceEnding, RaceLaw } from '../race-law.js'

/** Looked at last, so that a law that says more precisely what is wrong comes first. */
export const order: RaceLaw = {
  number: 0,
  name: 'Order',
  says:
    'There is an order in which the operations, one after the other, would have answered what ' +
    'they did and left what is there; one that was over before another began comes before it.',
  whenOver(ending) {
    const search: Search = { ending, seen: new Set(), deepest: undefined }
    const opened = ending.log.filter(({ lane }) => lane === 0)
    return explains(search, opened, ending.beginning) ? [] : search.deepest!.findings
  },
}

interface Search {
  readonly ending: RaceEnding
  /** Places that were come to before, by another way. */
  readonly seen: Set<string>
  /** What spoke against the order that got furthest. */
  deepest: { readonly depth: number; readonly findings: Finding[] } | undefined
}

/** Tries what may come next, what ended first first: mostly that is the order already. */
function explains(search: Search, done: readonly LaneStep[], model: Model): boolean {
  const { log, rows } = search.ending
  const left = log.filter((step) => !done.includes(step))
  if (left.length === 0) {
    const findings = unexpectedRows('a row', model, rows)
    fail(search, done, findings)
    return findings.length === 0
  }
  const key = placeOf(left, model)
  if (search.seen.has(key)) return false
  search.seen.add(key)
  const firstEnd = Math.min(...left.map(({ ended }) => ended))
  const next = left
    .filter((step) => step.begun <= firstEnd)
    .filter((step) => !left.some((one) => one.lane === step.lane && one.ended < step.ended))
    .sort((a, b) => a.ended - b.ended)
  return next.some((step) => {
    const copy = copyModel(model)
    const [expected, actual] = [predicted(step, copy), plainOutcome(step.outcome!)]
    const order = [...done, step]
    if (expected === actual) {
      return explains(search, order, step.outcome!.refusal ? model : copy)
    }
    const said = done.flatMap(({ lane, id }) => (lane === 0 ? [] : [id])).join(', ')
    fail(search, order, [{ what: `${step.id} after ${said || 'nothing'}`, expected, actual }])
    return false
  })
}

function fail(search: Search, { length: depth }: readonly LaneStep[], findings: Finding[]): void {
  if (depth > (search.deepest?.depth ?? -1)) search.deepest = { depth, findings }
}

function predicted({ move, at, outcome }: LaneStep, model: Model): string {
  try {
    const { answer } = outcome!.refusal ? { answer: undefined } : outcome!
    return plainAnswer(move.predict(model, at, answer))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return `refused: ${error.code}`
  }
}

function placeOf(left: readonly LaneStep[], { workspaces, builds, agents, chats }: Model): string {
  const plain = (_: string, value: unknown) => {
    if (typeof value === 'bigint') return `${value}`
    return value instanceof Map ? [...value] : value
  }
  return JSON.stringify([left.map(({ id }) => id), [workspaces, builds, agents, chats]], plain)
}
