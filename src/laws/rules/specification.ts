import { owners } from '../choices.js'
import { unequal, unexpectedNotifications, unexpectedRows } from '../compare-rows.js'
import type { Ending, Finding, Law } from '../law.js'
import type { Chat } from '../model/model.js'
import { getSkill } from '../operations/get-skill.js'
import { listAllPages, listChats } from '../operations/list-chats.js'
import { listTools } from '../operations/list-tools.js'
import { getOnePin, listAllPins, readContext, writePrompt } from '../operations/reading.js'
import { plainAnswer, plainOutcome } from '../outcome.js'

/** The last law, so that a law that says more precisely what is wrong is reported instead. */
export const specification: Law = {
  number: 0,
  name: 'Specification',
  says:
    'An operation gives the answer of the model, leaves the rows of the model, and sends the ' +
    'notifications that the model predicts.',
  afterStep({ after, outcome, predicted, notifications }) {
    return [
      ...unequal('the answer', plainOutcome(predicted), plainOutcome(outcome)),
      ...unexpectedRows('a row', after.model, after.rows),
      ...unexpectedNotifications(notifications),
    ]
  },
  async atEnd(ending) {
    const findings: Finding[] = []
    for (const ownerId of owners) {
      for (const archived of [undefined, true, false]) {
        findings.push(...(await listed(ending, ownerId, archived)))
      }
    }
    for (const chat of ending.model.chats.values()) findings.push(...(await read(ending, chat)))
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
  return unequal('the chats of an owner, page by page', expected, actual)
}

/** Compares every answer about one chat, except its diff, which law 10 covers. */
async function read(ending: Ending, chat: Chat): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const operation of [writePrompt, listAllPins, getOnePin, getSkill, listTools, readContext]) {
    const { says, execute, predict } = operation.moveOn({ chatId: chat.id }, chat)
    const expected = plainAnswer(predict(ending.model, '', undefined))
    const actual = plainAnswer(await execute({ ...ending, now: {} }))
    findings.push(...unequal(`the answer to: ${says}`, expected, actual))
  }
  return findings
}
