import type { ContextDiff } from '../../context/index.js'
import { DriftpinError } from '../../errors.js'
import { applyDiff, invertDiff } from '../apply-diff.js'
import type { Ending, Finding, Law } from '../law.js'
import { type Chat, liveOf, type Resources } from '../model/model.js'
import { diff as differing } from '../operations/diff.js'
import { plainAnswer } from '../outcome.js'

export const diff: Law = {
  number: 10,
  name: 'Diff',
  says:
    "Applying the diff to the pins gives live, up to the diff's equality; it is empty if and only " +
    'if they are equal so, and inverted by swapping its sides.',
  async atEnd(ending) {
    const { model } = ending
    const chats = [...model.chats.values()].filter((chat) => liveOf(model, chat))
    const findings = await Promise.all(chats.map((chat) => faults(ending, chat)))
    return findings.flat()
  },
}

async function faults({ queryable, operations, model }: Ending, chat: Chat): Promise<Finding[]> {
  const answer = await operations.diff(queryable, { chatId: chat.id }).catch(refusalOf)
  if (answer instanceof DriftpinError) {
    return [{ what: `the diff of ${chat.id}`, expected: 'a diff', actual: answer.message }]
  }
  const lists = differing(model, { chatId: chat.id })
  const told = (['added', 'removed', 'modified'] as const).flatMap((name): Finding[] => {
    const [expected, actual] = [lists[name], answer[name]].map(plainAnswer)
    return expected === actual ? [] : [{ what: `${name} of ${chat.id}`, expected, actual }]
  })
  const live = liveOf(model, chat)!.resources
  for (const [what, from, to, change] of [
    ['the diff applied to the pins', chat.pins, live, answer],
    ['the inverse applied to the live context', live, chat.pins, invertDiff(answer)],
  ] as const) {
    const [expected, actual] = [shown(listOf(to)), appliedTo(from, change)]
    if (expected !== actual) told.push({ what: `${what} of ${chat.id}`, expected, actual })
  }
  return told
}

/** Resources with a diff applied, or why it is none of theirs. */
function appliedTo(resources: Resources, change: ContextDiff): string {
  try {
    return shown(applyDiff(change, listOf(resources)))
  } catch (error) {
    return refusalOf(error).message
  }
}

/** A refusal is something to tell; anything else is thrown. */
function refusalOf(error: unknown): DriftpinError {
  if (error instanceof DriftpinError) return error
  throw error
}

type Compared = Parameters<typeof applyDiff>[1][number]

function listOf(resources: Resources): Compared[] {
  return [...resources].map(([source, { kind, contentHash, sizeBytes, status }]) => ({
    ...{ source, kind, sizeBytes, status },
    contentHash: new Uint8Array(Buffer.from(contentHash, 'hex')),
  }))
}

const shown = (list: readonly Compared[]) =>
  list
    .map(({ source, kind, contentHash, sizeBytes, status }) =>
      [
        JSON.stringify(source),
        kind,
        Buffer.from(contentHash).toString('hex'),
        sizeBytes,
        status,
      ].join(' '),
    )
    .sort()
    .join('\n')
