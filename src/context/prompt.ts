import type { Queryable } from '../database/index.js'
import type { JsonValue } from '../schema/index.js'
import { chatNotFound } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput } from './check-input.js'
import { decodeText } from './decode-text.js'
import { sanitiseLine, sanitiseText } from './sanitise-text.js'
import { defineStatement } from './statement.js'

/**
 * The pinned context of a chat as text for a model.
 *
 * @example
 * ```ts
 * const { text, skipped }: Prompt = await prompt(database, { chatId })
 * for (const { source, reason } of skipped) console.warn(`${source} is left out: ${reason}`)
 * ```
 */
export interface Prompt {
  /** False for a chat that is not hydrated; its text is empty. */
  readonly hydrated: boolean
  /** The block; empty if there is nothing to include. */
  readonly text: string
  /** Instruction files and skills that are not in the text, by kind and then source. */
  readonly skipped: readonly { readonly source: string; readonly reason: string }[]
}

export const selectPromptPins = defineStatement({
  name: 'read pins for prompt',
  parameters: { chatId: 'uuid', ownerId: 'uuid?' },
  row: {
    hydrated: 'boolean',
    source: 'text?',
    kind: 'workspace_agent_context_body_kind?',
    status: 'workspace_agent_context_resource_status?',
    body: 'jsonb?',
  },
  sql: ({ chats, chat_context_resources }, { chatId, ownerId }) => `
    SELECT chat.context_hashes IS NOT NULL AS hydrated,
           pin.source, pin.body_kind AS kind, pin.status, pin.body
    FROM ${chats} chat
    LEFT JOIN ${chat_context_resources} pin
      ON pin.chat_id = chat.id AND pin.body_kind IN ('instruction_file', 'skill')
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY pin.body_kind, pin.source COLLATE "C"`,
})

/**
 * Returns the pinned context of a chat as one block of text for a model: the full instruction
 * files, then an index of the skills. The text depends only on the pins: the same pins give the
 * same bytes, even if the agent was replaced or deleted.
 *
 * ```text
 * <agent-context>
 * <instruction-file source="/home/dev/shop/AGENTS.md">
 * # Shop
 * Run the tests before you push.
 * </instruction-file>
 * <skills>
 * - release-notes: Writes the notes of a release. ("/home/dev/shop/skills/release-notes/SKILL.md")
 * </skills>
 * </agent-context>
 * ```
 *
 * Pins whose status is not `ok` or whose text is not UTF-8 are skipped and reported. Texts, names
 * and paths are sanitised: CRLF becomes LF; HTML comments and invisible code points are removed;
 * the tags above are neutralised by writing their `<` as `&lt;`; trailing space is trimmed; three
 * or more line feeds become two.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * const { text, skipped } = await prompt(database, { chatId })
 * const system = `You are a coding agent.\n\n${text}`
 * ```
 */
export async function prompt(queryable: Queryable, params: ChatKey): Promise<Prompt> {
  const key = checkInput('prompt', chatInput, params)
  const rows = await selectPromptPins(queryable, key)
  if (rows.length === 0) throw chatNotFound(key.chatId)
  const files: string[] = []
  const skills: string[] = []
  const skipped: { source: string; reason: string }[] = []
  for (const { source, kind, status, body } of rows) {
    if (source === null) continue
    const written = kind === 'skill' ? writeSkill(source, body) : writeFile(source, body)
    if (status !== 'ok') skipped.push({ source, reason: `its status is ${status}` })
    else if (written === undefined) skipped.push({ source, reason: 'its body is not UTF-8 text' })
    else (kind === 'skill' ? skills : files).push(written)
  }
  const index = skills.length > 0 ? ['<skills>', ...skills, '</skills>'] : []
  const parts = [...files, ...index]
  const text = parts.length > 0 ? ['<agent-context>', ...parts, '</agent-context>', ''] : []
  return { hydrated: rows[0]!.hydrated, text: text.join('\n'), skipped }
}

function writeFile(source: string, body: JsonValue): string | undefined {
  const text = decodeText('instruction_file', body)
  if (text === null) return undefined
  // The first line keeps its indentation because it may be code.
  const content = sanitiseText(text).replace(/^\n+/, '').trimEnd()
  return [`<instruction-file source="${quoted(source)}">`, content, '</instruction-file>']
    .filter((line) => line !== '')
    .join('\n')
}

function writeSkill(source: string, body: JsonValue): string | undefined {
  if (decodeText('skill', body) === null) return undefined
  const { name, description } = body as Record<string, JsonValue | undefined>
  const lines = [name, description].map((one) => (typeof one === 'string' ? sanitiseLine(one) : ''))
  const said = lines.filter((line) => line !== '').join(': ')
  return `- ${said}${said === '' ? '' : ' '}("${quoted(source)}")`
}

function quoted(source: string): string {
  return sanitiseLine(source)
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
