import { applyDiff } from '../apply-diff.js'
import type { Ending, Finding, Law } from '../law.js'
import { type Chat, liveOf, type Resources } from '../model/model.js'
import { diff as differing } from '../model/read.js'

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
  const answer = await operations.diff(queryable, { chatId: chat.id })
  const live = listOf(liveOf(model, chat)!.resources)
  const [expected, actual] = [shown(live), shown(applyDiff(answer, listOf(chat.pins)))]
  const specified = differing(model, { chatId: chat.id })
  const sources = (list: readonly { readonly source: string }[]) =>
    JSON.stringify(list.map(({ source }) => source))
  const lists = (['added', 'removed', 'modified'] as const).flatMap((name) => {
    const wanted = JSON.stringify(specified[name])
    const found = sources(answer[name])
    return wanted === found
      ? []
      : [{ what: `${name} of ${chat.id}`, expected: wanted, actual: found }]
  })
  const applied =
    expected === actual
      ? []
      : [{ what: `the diff applied to the pins of ${chat.id}`, expected, actual }]
  return [...lists, ...applied]
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
