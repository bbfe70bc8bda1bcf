import type { Queryable } from '../database/index.js'
import { limits } from '../schema/index.js'
import { chatNotFound } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput, text } from './check-input.js'
import { decodeText } from './decode-text.js'
import { defineStatement } from './statement.js'

// As long as the name of any pinned skill can be.
const skillInput = chatInput.extend({ name: text(limits.bodyBytesMax) })

/**
 * A pinned skill.
 *
 * @example
 * ```ts
 * const skill: Skill | null = await getSkill(database, { chatId, name: 'release-notes' })
 * console.log(skill?.text ?? 'There is no such skill.')
 * ```
 */
export interface Skill {
  /** The path of its SKILL.md, as the agent found it. */
  readonly source: string
  /** Its name. */
  readonly name: string
  /** What it does and when to use it; empty if it does not say so. */
  readonly description: string
  /** The whole SKILL.md with its front matter; null if it is not UTF-8. */
  readonly text: string | null
}

export const selectSkill = defineStatement({
  name: 'get skill',
  parameters: { chatId: 'uuid', ownerId: 'uuid?', skillName: 'text' },
  row: { source: 'text?', body: 'jsonb?' },
  // The outer join returns one row of NULL for a chat without this skill, and no row for no chat.
  sql: ({ chats, chat_context_resources }, { chatId, ownerId, skillName }) => `
    SELECT pin.source, pin.body
    FROM ${chats} chat
    LEFT JOIN ${chat_context_resources} pin
      ON pin.chat_id = chat.id AND pin.body_kind = 'skill' AND pin.status = 'ok'
        AND pin.body -> 'name' = pg_catalog.to_jsonb(${skillName})
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY pin.source COLLATE "C"
    LIMIT 1`,
})

/**
 * Returns a pinned skill with the text of its SKILL.md, or null if the chat has no skill of this
 * name with status `ok`. This is what a backend answers when a model asks for a skill by its name.
 *
 * The agent never reports two skills of one name, but after a refresh of some sources, a chat may
 * have pinned two. The first by source in byte order is returned.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * const skill = await getSkill(database, { chatId, ownerId: user.id, name: 'release-notes' })
 * ```
 */
export async function getSkill(
  queryable: Queryable,
  params: ChatKey & { readonly name: string },
): Promise<Skill | null> {
  const { name, ...key } = checkInput('getSkill', skillInput, params)
  const [row] = await selectSkill(queryable, { ...key, skillName: name })
  if (!row) throw chatNotFound(key.chatId)
  const { source, body } = row
  if (source === null) return null
  const { description } = body as { readonly description?: unknown }
  return {
    source,
    name,
    description: typeof description === 'string' ? description : '',
    text: decodeText('skill', body),
  }
}
