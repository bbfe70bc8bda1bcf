import { owners } from '../choices.js'
import type { Ending, Finding, Law } from '../law.js'
import { getChatContext, isDirty } from '../model/chat-context.js'
import { listChats } from '../model/list-chats.js'
import { getPin, listPins } from '../model/pins.js'
import { prompt } from '../model/prompt.js'
import { plainAnswer, plainOutcome } from '../plain-answer.js'
import { unexpectedRows } from '../unexpected-rows.js'
import { unheardEvents } from '../unheard-events.js'

/** Looked at last, so that a law that says more precisely what is wrong comes first. */
export const specification: Law = {
  number: 0,
  name: 'Specification',
  says:
    'An operation answers what the model answers, leaves the rows that the model has, and notifies ' +
    'of what it did.',
  afterStep({ after, outcome, predicted, heard }) {
    const [expected, actual] = [plainOutcome(predicted), plainOutcome(outcome)]
    const findings: Finding[] =
      expected === actual ? [] : [{ what: 'the answer', expected, actual }]
    const rows = unexpectedRows('a row', after.model, after.rows)
    return [...findings, ...rows, ...unheardEvents(heard)]
  },
  async atEnd(ending) {
    const findings: Finding[] = []
    for (const ownerId of owners) {
      for (const archived of [undefined, true, false]) {
        findings.push(...(await listed(ending, ownerId, archived)))
      }
    }
    for (const { id } of ending.model.chats.values()) findings.push(...(await read(ending, id)))
    return findings
  },
}

/** Pages of one chat each, which show whatever a page leaves out or repeats. */
async function listed(
  { queryable, operations, model }: Ending,
  ownerId: string,
  archived: boolean | undefined,
): Promise<Finding[]> {
  const only = archived === undefined ? {} : { archived }
  const expected = listChats(model, { ownerId, ...only })
  const found: { id: string; ownerId: string; dirty: boolean }[] = []
  let cursor: string | undefined
  for (let pages = 0; pages <= expected.length; pages += 1) {
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

/** Everything that one chat can be asked for, but its diff, which law 10 looks at. */
async function read({ queryable, operations, model }: Ending, chatId: string): Promise<Finding[]> {
  const key = { chatId }
  const source = [...model.chats.get(chatId)!.pins.keys()].at(-1) ?? '/nowhere'
  const answers: Record<string, readonly [expected: unknown, actual: unknown]> = {
    prompt: [prompt(model, key), await operations.prompt(queryable, key)],
    pins: [
      listPins(model, key, { bodies: true }),
      await operations.listPins(queryable, { ...key, bodies: true }),
    ],
    [`pin ${JSON.stringify(source)}`]: [
      getPin(model, key, source),
      await operations.getPin(queryable, { ...key, source }),
    ],
    context: [getChatContext(model, key), await operations.getChatContext(queryable, key)],
  }
  return Object.entries(answers).flatMap(([name, pair]) => {
    const [expected, actual] = pair.map(plainAnswer)
    return expected === actual ? [] : [{ what: `the ${name} of ${chatId}`, expected, actual }]
  })
}
