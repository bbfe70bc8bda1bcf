import { unknownId } from '../choices.js'
import { differingRows, unequal, valuesOf } from '../compare-rows.js'
import type { Ending, Finding, HistoryStep, Law } from '../law.js'
import type { Chat } from '../model/model.js'
import { expectedRows, modelTables, pinTable } from '../model/rows.js'
import { chatOperations } from '../operations/index.js'
import { isChatRef } from '../outcome.js'
import type { StoredRow } from '../row-reader.js'

export const isolation: Law = {
  number: 5,
  name: 'Isolation',
  says:
    'An operation on one chat changes no row of another chat, and no operation for one owner ' +
    'returns anything of a chat of another owner.',
  afterStep(step) {
    const { move, before, after, reader, outcome } = step
    if (move.isMigration) return []
    if (move.isStranger && !outcome.refusal) {
      const actual = 'an answer'
      return [{ what: 'asked with the id of another owner', expected: 'chat_not_found', actual }]
    }
    const touched = new Set(move.chats)
    const findings: Finding[] = []
    for (const table of after.rows.keys()) {
      const column = table === 'chats' ? 'id' : reader.chatColumns.get(table)
      const mayWrite = table === 'chats' || table === pinTable || move.writes?.includes(table)
      if (!column) continue
      // Law 4 covers what a chat loses by its own deletion.
      const isLeft = (id: string) => after.rows.get('chats')?.has(id) ?? false
      const isOther = (id: string) => !touched.has(id) || (!mayWrite && isLeft(id))
      const isIn = (row: StoredRow) =>
        isOther(row.values[column] ?? '') && !isNew(step, row.values[column] ?? '')
      findings.push(...differingRows('another row', table, before.rows, after.rows, isIn))
    }
    return [...findings, ...strangers(step), ...rowsOfNoChat(step), ...unknownColumns(step)]
  },
  async atEnd(ending) {
    const newest = [...ending.model.chats.values()].reverse().slice(0, chatsAsked)
    const findings: Finding[] = []
    for (const chat of newest) findings.push(...(await askedByStranger(ending, chat)))
    return findings
  },
}

/** How many chats a stranger asks for at the end of a history. */
const chatsAsked = 2

/** Calls every operation on a chat with an owner who does not own it. */
async function askedByStranger(ending: Ending, chat: Chat): Promise<Finding[]> {
  const { queryable, operations } = ending
  const { id: chatId } = chat
  const key = { chatId, ownerId: unknownId }
  const findings: Finding[] = []
  const expected = 'chat_not_found'
  for (const operation of chatOperations) {
    const actual = await operation
      .moveOn(key, chat)
      .execute({ ...ending, now: {} })
      .then(
        () => 'an answer',
        (error: { code?: unknown }) => String(error.code),
      )
    findings.push(...unequal(`${operation.name} of ${chatId} for a stranger`, expected, actual))
  }
  const contexts = await operations.getChatContexts(queryable, {
    chatIds: [chatId],
    ownerId: unknownId,
  })
  return [...findings, ...unequal('getChatContexts for a stranger: chats', 0, contexts.length)]
}

/** Whether this step created the chat. */
const isNew = ({ before, after }: HistoryStep, id: string) =>
  !before.rows.get('chats')?.has(id) && after.model.chats.has(id)

/** Rows of the host that belong to no chat, such as files, which outlive their chats. */
function rowsOfNoChat({ move, before, after, reader }: HistoryStep): Finding[] {
  const hosts = [...after.rows.keys()].filter(
    (table) =>
      !reader.chatColumns.has(table) && !modelTables.has(table) && !move.writes?.includes(table),
  )
  return hosts.flatMap((table) => differingRows('a row of no chat', table, before.rows, after.rows))
}

/** No operation changes the columns of workspaces, builds and agents that the model ignores. */
function unknownColumns({ before, after }: HistoryStep): Finding[] {
  const expected = expectedRows(after.model)
  return workspaceTables.flatMap((table) =>
    [...expected.get(table)!].flatMap(([key, known]) => {
      const old = valuesOf(before.rows, table, key)
      const values = valuesOf(after.rows, table, key) ?? {}
      const unknown = Object.keys(values).filter((name) => old && !(name in known))
      return unknown.flatMap((name) =>
        unequal(`${name} of ${table} ${key}`, old?.[name], values[name]),
      )
    }),
  )
}

const workspaceTables = ['workspaces', 'workspace_builds', 'workspace_agents']

/** Every chat reference in an answer names the owner of the chat. */
function strangers({ before, after, outcome }: HistoryStep): Finding[] {
  const findings: Finding[] = []
  const look = (value: unknown): void => {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return
    if (isChatRef(value)) {
      const { id, ownerId } = value
      const row = valuesOf(after.rows, 'chats', id) ?? valuesOf(before.rows, 'chats', id)
      findings.push(...unequal(`the owner of ${id}`, row?.owner_id ?? 'no such chat', ownerId))
      return
    }
    for (const one of Object.values(value)) look(one)
  }
  look(outcome.refusal ? null : outcome.answer)
  return findings
}
