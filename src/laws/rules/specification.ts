import { owners } from '../choices.js'
import { unexpectedNotifications, unexpectedRows } from '../compare-rows.js'
import type { Ending, Finding, Law } from '../law.js'
import { listAllPages, listChats } from '../operations/list-chats.js'
import { getChatContext, getPin, listPins, prompt } from '../operations/reading.js'
import { plainAnswer, plainOutcome } from '../outcome.js'

/** The last law, so that a law that says more precisely what is wrong is reported instead. */
export const specification: Law = {
  number: 0,
  name: 'Specification',
  says:
    'An operation gives the answer of the model, leaves the rows of the model, and sends the ' +
    'notifications that the model predicts.',
  afterStep({ after, outcome, predicted, notifications }) {
    const [expected, actual] = [plainOutcome(predicted), plainOutcome(outcome)]
    const findings: Finding[] =
      expected === actual ? [] : [{ what: 'the answer', expected, actual }]
    const rows = unexpectedRows('a row', after.model, after.rows)
    return [...findings, ...rows, ...unexpectedNotifications(notifications)]
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

/** Pages of one chat, which show whatever a page omits or repeats. */
async function listed(
  ending: Ending,
  ownerId: string,
  archived: boolean | undefined,
): Promise<Finding[]> {
  const params = { ownerId, archived }
  const wanted = listChats(ending.model, params)
  const found = await listAllPages(ending, { ...params, limit: 1 }, wanted.length)
  const [expected, actual] = [wanted, found].map((chats) =>
    chats.map(({ id, ownerId, dirty }) => `${id} of ${ownerId}, dirty ${dirty}`).join('\n'),
  )
  if (expected === actual) return []
  return [{ what: 'the chats of an owner, page by page', expected, actual }]
}

/** Compares every answer about one chat, except its diff, which law 10 covers. */
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
