import type { Queryable } from '../database/index.js'
import type { BodyKind, JsonValue, ResourceStatus } from '../schema/index.js'
import { chatNotFound } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput } from './check-input.js'
import { decodeText } from './decode-text.js'
import { sanitiseName, sanitisePath, sanitiseText } from './sanitise-text.js'
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
  /** False for a chat that is not hydrated; its text says that nothing is published yet. */
  readonly hydrated: boolean
  /** One line that says what follows, then the block, if there is anything to include. */
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
    hash: 'bytea?',
    body: 'jsonb?',
  },
  sql: ({ chats, chat_context_resources }, { chatId, ownerId }) => `
    SELECT chat.context_hashes IS NOT NULL AS hydrated,
           pin.source, pin.body_kind AS kind, pin.status,
           pin.content_hash AS hash, pin.body
    FROM ${chats} chat
    LEFT JOIN ${chat_context_resources} pin
      ON pin.chat_id = chat.id AND pin.body_kind IN ('instruction_file', 'skill')
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY pin.body_kind, pin.source COLLATE "C"`,
})

/**
 * Returns the pinned context of a chat as text for a model: one line that says what it is, then
 * the full instruction files and an index of the skills. The text depends only on the pins: the
 * same pins give the same bytes, even if the agent was replaced or deleted, so that a cache of
 * prompts keeps its hits.
 *
 * ```text
 * Workspace context pinned to this chat: instruction files and skills.
 * <agent-context>
 * <instruction-file source="/home/dev/shop/AGENTS.md" source-2="/home/dev/shop/CLAUDE.md">
 * # Shop
 * Run the tests before you push.
 * </instruction-file>
 * When a task matches the description of a skill, read the file at its location first.
 * <available_skills>
 * <skill>
 * <name>
 * release-notes
 * </name>
 * <description>
 * Writes the notes of a release.
 * </description>
 * <location>
 * /home/dev/shop/skills/release-notes/SKILL.md
 * </location>
 * </skill>
 * </available_skills>
 * </agent-context>
 * ```
 *
 * The first line names what the block has: instruction files, skills or both. Without a block, its
 * end is `none found.`, or `none readable.` if every pin is skipped, or `not published yet.` if the
 * chat is not hydrated.
 *
 * Pins are written by source in byte order. Two with the same content hash and the same content
 * are written once, with both paths. A skill whose status is `oversize` is listed, since the model
 * reads it at its location. Other pins whose status is not `ok`, or whose text is not UTF-8, are
 * skipped and reported.
 *
 * Texts, names and paths are sanitised. CRLF becomes LF; trailing space is trimmed; three or more
 * line feeds become two. HTML comments and invisible code points are removed: control, format and
 * default ignorable ones, and terminal sequences. Tab and line feed stay, and so do joiners between
 * two letters or two emoji. The tags above are neutralised by writing their `<` as `&lt;`, in any
 * spelling that looks like them. Names, descriptions and paths are on one line, without `<`, `>`
 * and `"`; names and descriptions are escaped as in HTML.
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
  const entries: Record<'instruction_file' | 'skill', Entries> = {
    instruction_file: new Map(),
    skill: new Map(),
  }
  const skipped: { source: string; reason: string }[] = []
  for (const { source, kind, status, hash, body } of rows) {
    if (source === null || (kind !== 'instruction_file' && kind !== 'skill')) continue
    const reason = reasonToSkip(kind, status, body)
    if (reason !== undefined) {
      skipped.push({ source, reason })
      continue
    }
    const content = kind === 'skill' ? skillLines(body) : fileLines(body)
    // The hash alone is what an agent says, so that it never hides another content.
    const same = `${hash} ${content.join('\n')}`
    const entry = entries[kind].get(same)
    if (entry) entry.sources.push(source)
    else entries[kind].set(same, { content, sources: [source] })
  }
  const hydrated = rows[0]!.hydrated
  const files = [...entries.instruction_file.values()].flatMap(writeFile)
  const skills = [...entries.skill.values()].flatMap(writeSkill)
  const said = [files.length > 0 && 'instruction files', skills.length > 0 && 'skills']
  const found = said.filter(Boolean).join(' and ')
  const nothing = skipped.length > 0 ? 'none readable' : 'none found'
  const parts = [...files, ...index(skills)]
  const block = found === '' ? [] : ['<agent-context>', ...parts, '</agent-context>']
  const title = `${titleStart}${hydrated ? found || nothing : 'not published yet'}.`
  return { hydrated, text: [title, ...block, ''].join('\n'), skipped }
}

const titleStart = 'Workspace context pinned to this chat: '
const howToUseSkills =
  'When a task matches the description of a skill, read the file at its location first.'

/** What is written of pins, by their content, with the sources that have it. */
type Entries = Map<string, Entry>
interface Entry {
  readonly content: readonly string[]
  readonly sources: string[]
}

function reasonToSkip(
  kind: BodyKind,
  status: ResourceStatus | null,
  body: JsonValue,
): string | undefined {
  const isListed = status === 'ok' || (status === 'oversize' && kind === 'skill')
  if (!isListed) return `its status is ${status}`
  return decodeText(kind, body) === null ? 'its body is not UTF-8 text' : undefined
}

function fileLines(body: JsonValue): string[] {
  // The first line keeps its indentation because it may be code.
  const content = sanitiseText(decodeText('instruction_file', body)!).replace(/^\n+/, '').trimEnd()
  return content === '' ? [] : [content]
}

function skillLines(body: JsonValue): string[] {
  const { name, description } = body as Record<string, JsonValue | undefined>
  return [...element('name', toName(name)), ...element('description', toName(description))]
}

const toName = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? sanitiseName(value) : ''

function writeFile({ content, sources }: Entry): string[] {
  const paths = sources.map(
    (source, at) => ` source${at === 0 ? '' : `-${at + 1}`}="${sanitisePath(source)}"`,
  )
  return [`<instruction-file${paths.join('')}>`, ...content, '</instruction-file>']
}

function writeSkill({ content, sources }: Entry): string[] {
  const locations = sources.flatMap((source) => element('location', sanitisePath(source)))
  return ['<skill>', ...content, ...locations, '</skill>']
}

const index = (skills: readonly string[]): string[] =>
  skills.length === 0
    ? []
    : [howToUseSkills, '<available_skills>', ...skills, '</available_skills>']

/** As the reference implementation of Agent Skills writes it: each part on a line of its own. */
const element = (name: string, value: string): string[] =>
  value === '' ? [`<${name}>`, `</${name}>`] : [`<${name}>`, value, `</${name}>`]
