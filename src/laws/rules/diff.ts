import type { ContextDiff, DiffSide } from '../../context/index.js'
import { DriftpinError } from '../../errors.js'
import { unequal } from '../compare-rows.js'
import type { Ending, Finding, Law } from '../law.js'
import { type Chat, liveOf, type Resources } from '../model/model.js'
import { diff as predictDiff } from '../operations/diff.js'
import { plainAnswer } from '../outcome.js'

export const diff: Law = {
  number: 10,
  name: 'Diff',
  says:
    'A diff that is applied to the pins gives the live context, as far as a diff compares ' +
    'them; it is empty exactly if they are equal in that sense; exchanging its two sides ' +
    'gives its inverse.',
  async atEnd(ending) {
    const { model } = ending
    const chats = [...model.chats.values()].filter((chat) => liveOf(model, chat))
    const findings = await Promise.all(chats.map((chat) => faults(ending, chat)))
    return findings.flat()
  },
}

async function faults({ queryable, operations, model }: Ending, chat: Chat): Promise<Finding[]> {
  const key = { chatId: chat.id }
  const answer = await operations.diff(queryable, key).catch((error: unknown) => {
    if (error instanceof DriftpinError) return error
    throw error
  })
  if (answer instanceof DriftpinError) {
    return [{ what: `the diff of ${chat.id}`, expected: 'a diff', actual: answer.message }]
  }
  const predicted = predictDiff(model, key, answer)
  const changes = changesOf(answer)
  const [pins, live] = [chat.pins, liveOf(model, chat)!.resources].map(comparedSides)
  const of = `of ${chat.id}`
  return [
    ...(['added', 'removed', 'modified'] as const).flatMap((name) =>
      unequal(`${name} ${of}`, plainAnswer(predicted[name]), plainAnswer(answer[name])),
    ),
    ...unequal(`the diff applied to the pins ${of}`, shown(live!), shown(apply(changes, pins!))),
    ...unequal(`the inverse applied ${of}`, shown(pins!), shown(apply(invert(changes), live!))),
  ]
}

/** What a diff compares of each resource, by source. */
export type ComparedSides = ReadonlyMap<string, string>

/** A change of one resource; a side is undefined if the resource does not exist on it. */
export interface Change {
  readonly source: string
  readonly from?: string
  readonly to?: string
}

type Side = Pick<DiffSide, 'kind' | 'contentHash' | 'sizeBytes' | 'status'>

const sideText = ({ kind, contentHash, sizeBytes, status }: Side): string =>
  `${kind} ${contentHash} ${sizeBytes} ${status}`

const comparedSides = (resources: Resources): ComparedSides =>
  new Map([...resources].map(([source, resource]) => [source, sideText(resource)]))

type Sides = { readonly source: string } & Partial<Record<'pinned' | 'live', Side>>

/** The changes from the pins to the live context. */
export const changesOf = (diff: Pick<ContextDiff, 'added' | 'removed' | 'modified'>): Change[] =>
  [...diff.removed, ...diff.modified, ...diff.added].map(({ source, pinned, live }: Sides) => ({
    ...{ source, from: pinned && sideText(pinned), to: live && sideText(live) },
  }))

/** The changes in the other direction. */
export const invert = (changes: readonly Change[]): Change[] =>
  changes.map(({ source, from, to }) => ({ source, from: to, to: from }))

/** Applies changes as `patch` does; a change that does not fit is shown in the result. */
export function apply(changes: readonly Change[], before: ComparedSides): ComparedSides {
  const after = new Map(before)
  for (const [index, { source, from, to }] of changes.entries()) {
    const isAgain = changes.findIndex((one) => one.source === source) < index
    if (isAgain || before.get(source) !== from || from === to) {
      after.set(source, `has a change that contradicts it: from ${from} to ${to}`)
    } else if (to === undefined) after.delete(source)
    else after.set(source, to)
  }
  return after
}

const shown = (sides: ComparedSides) =>
  [...sides]
    .map(([source, side]) => `${JSON.stringify(source)} ${side}`)
    .sort()
    .join('\n')
