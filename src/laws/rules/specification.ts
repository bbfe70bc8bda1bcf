import { owners } from '../choices.js'
import type { Ending, Finding, Law } from '../law.js'
import { inByteOrder, isDirty, listChats } from '../model/read.js'
import { plainOutcome } from '../plain-answer.js'
import { unexpectedRows } from '../unexpected-rows.js'

/** Looked at last, so that a law that says more precisely what is wrong comes first. */
export const specification: Law = {
  number: 0,
  name: 'Specification',
  says: 'An operation answers what the model answers, and leaves the rows that the model has.',
  afterStep({ after, outcome, predicted }) {
    const [expected, actual] = [plainOutcome(predicted), plainOutcome(outcome)]
    const findings: Finding[] =
      expected === actual ? [] : [{ what: 'the answer', expected, actual }]
    return [...findings, ...unexpectedRows('a row', after.model, after.rows)]
  },
  async atEnd(ending) {
    const findings: Finding[] = []
    for (const ownerId of owners) {
      for (const archived of [undefined, true, false]) {
        findings.push(...(await listed(ending, ownerId, archived)))
      }
    }
    for (const { id } of [...ending.model.chats.values()].reverse().slice(0, chatsListed)) {
      findings.push(...(await pinned(ending, id)))
    }
    return findings
  },
}

/** The pins of so many chats are listed at the end. */
const chatsListed = 2

/** Pages of one chat each, which show whatever a page leaves out or repeats. */
async function listed(
  { queryable, operations, model }: Ending,
  ownerId: string,
  archived: boolean | undefined,
): Promise<Finding[]> {
  const only = archived === undefined ? {} : { archived }
  const expected = listChats(model, { ownerId, ...only })
  const found: { id: string; ownerId: string; dirty: boolean }[] = []
  for (let cursor: string | undefined; found.length <= expected.length; ) {
    const page = await operations.listChats(queryable, {
      ...{ ownerId, limit: 1, ...only },
      ...(cursor !== undefined && { cursor }),
    })
    found.push(...page.chats)
    if (page.nextCursor === null) break
    cursor = page.nextCursor
  }
  const line = (id: string, owner: string, dirty: boolean) => `${id} of ${owner}, dirty ${dirty}`
  const wanted = expected.map((id) => line(id, ownerId, isDirty(model, model.chats.get(id)!)))
  const actual = found.map((chat) => line(chat.id, chat.ownerId, chat.dirty)).join('\n')
  if (wanted.join('\n') === actual) return []
  return [{ what: `the chats of an owner, page by page`, expected: wanted.join('\n'), actual }]
}

/** Pins in the order of bytes. */
async function pinned(
  { queryable, operations, model }: Ending,
  chatId: string,
): Promise<Finding[]> {
  const pins = await operations.listPins(queryable, { chatId })
  const expected = inByteOrder([...model.chats.get(chatId)!.pins.keys()])
  const actual = pins.map(({ source }) => source)
  const [one, other] = [expected, actual].map((list) => JSON.stringify(list))
  return one === other ? [] : [{ what: `the pins of ${chatId}`, expected: one, actual: other }]
}
