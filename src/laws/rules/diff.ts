import type { ContextDiff } from '../../context/diff.js'
import { DriftpinError } from '../../errors.js'
import { applyDiff } from '../apply-diff.js'
import type { Ending, Finding, Law } from '../law.js'
import { diff as differing } from '../model/diff.js'
import { type Chat, liveOf, type Resources } from '../model/model.js'
import { plainAnswer } from '../plain-answer.js'

export const diff: Law = {
  number: 10,
  name: 'Diff',
  says:
    "Applying the diff to the pins gives live, up to the diff's equality; it is empty if and only " +
    'if they are equal so.',
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
  const expected = shown(listOf(liveOf(model, chat)!.resources))
  const actual = appliedTo(chat.pins, answer)
  if (expected === actual) return told
  return [...told, { what: `the diff applied to the pins of ${chat.id}`, expected, actual }]
}

/** The pins with a diff applied, or why it is none of theirs. */
function appliedTo(pins: Resources, answer: ContextDiff): string {
  try {
    return shown(applyDiff(answer, listOf(pins)))
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
