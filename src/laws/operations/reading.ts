import fc from 'fast-check'
import { type BodyKind, enums } from '../../schema/index.js'
import { type ChatKey, pick, place } from '../choices.js'
import { shownOf } from '../model/bodies.js'
import { aggregateHash } from '../model/hashes.js'
import { driftedKinds, isDirty } from '../model/live-context.js'
import { type Chat, findChat, liveOf, type Model, type Resource } from '../model/model.js'
import { sanitise, sanitiseName, sanitisePath } from '../model/prompt-text.js'
import { inByteOrder, textOf } from '../model/text.js'
import { toDate } from '../model/time.js'
import { defineChatOperation } from '../operation.js'

function answered(source: string, resource: Resource, withBody: boolean) {
  const { body, createdAt, updatedAt, ...pin } = resource
  const times = { createdAt: toDate(createdAt), updatedAt: toDate(updatedAt) }
  return { source, ...pin, ...times, ...shownOf(resource), ...(withBody && { body }) }
}

export const listAllPins = defineChatOperation({
  name: 'list pins',
  choices: { bodies: fc.boolean() },
  simple: () => ({ bodies: true }),
  says: (chat, { bodies }) => `list the pins of ${chat}${bodies ? ' with their bodies' : ''}`,
  flags: (_, { bodies }) => ({ variant: bodies ? 'with bodies' : 'without bodies' }),
  execute: ({ queryable, operations }, key, { bodies }) =>
    operations.listPins(queryable, { ...key, bodies: bodies || undefined }),
  /** The pins of a chat by source in byte order, with bodies on request. */
  predict(model, key, _, { bodies }) {
    const { pins } = findChat(model, key)
    return inByteOrder([...pins.keys()]).map((source) =>
      answered(source, pins.get(source)!, bodies),
    )
  },
})

/** The source of a pin, or a source that the chat has not pinned. */
interface Source {
  readonly source: string
  readonly isPinned?: boolean
}

export const getOnePin = defineChatOperation<Source, { readonly which: number }>({
  name: 'get a pin',
  choices: { which: place },
  argsOf(_, chat, { which }) {
    const pinned = pick([...(chat?.pins.keys() ?? [])], which)
    return { source: pinned ?? '/nowhere', isPinned: pinned !== undefined }
  },
  simple: (chat) => ({ source: [...(chat?.pins.keys() ?? ['/same'])].at(-1) ?? '/nowhere' }),
  says: (chat, { source }) => `get the pin ${JSON.stringify(source)} of ${chat}`,
  flags: (_, { isPinned }) => ({ variant: isPinned ? 'one' : 'none' }),
  execute: ({ queryable, operations }, key, { source }) =>
    operations.getPin(queryable, { ...key, source }),
  /** One pin with its body, or null if the chat has no pin of this source. */
  predict(model, key, _, { source }) {
    const pin = findChat(model, key).pins.get(source)
    return pin ? answered(source, pin, true) : null
  },
})

/** The lines of one or more instruction files of one content. */
function writeFile(sources: readonly string[], pin: Resource): string {
  const content = sanitise(textOf(pin)!).replace(/^\n+/, '').trimEnd()
  const paths = sources.map((source, at) => {
    const attribute = at > 0 ? `source-${at + 1}` : 'source'
    return ` ${attribute}="${sanitisePath(source)}"`
  })
  const lines = content === '' ? '' : `${content}\n`
  return `<instruction-file${paths.join('')}>\n${lines}</instruction-file>\n`
}

function writeSkill(sources: readonly string[], { body }: Resource): string {
  const { name, description } = body as { name?: unknown; description?: unknown }
  const tag = (it: string, text: string) => `<${it}>\n${text && `${text}\n`}</${it}>\n`
  const said = (text: unknown) => (typeof text === 'string' ? sanitiseName(text) : '')
  const locations = sources.map((source) => tag('location', sanitisePath(source))).join('')
  const names = tag('name', said(name)) + tag('description', said(description))
  return `<skill>\n${names}${locations}</skill>\n`
}

/** The resource as the text of a prompt has it; null if it is skipped. */
function promptText(pin: Resource): string | null {
  const isListed = pin.kind === 'skill' && pin.status === 'oversize'
  return textOf(isListed ? { ...pin, status: 'ok' } : pin)
}

/** The prompt of a chat. Law 3 also compares its text before and after removals. */
export const writePrompt = defineChatOperation({
  name: 'prompt',
  says: (chat) => `write the prompt of ${chat}`,
  execute: ({ queryable, operations }, key) => operations.prompt(queryable, key),
  /**
   * The pins of a chat: a line that says what follows, instruction files, and an index of skills,
   * each by source in byte order, equal ones once. What is not text is skipped and reported.
   */
  predict(model, key) {
    const { pins, hydrated } = findChat(model, key)
    const skipped: { source: string; reason: string }[] = []
    const written = (kind: BodyKind, write: typeof writeFile) => {
      const sourcesOf = new Map<string, string[]>()
      for (const source of inByteOrder([...pins.keys()])) {
        const pin = pins.get(source)!
        if (pin.kind !== kind) continue
        if (promptText(pin) === null) {
          const isListed = pin.status === 'ok' || (kind === 'skill' && pin.status === 'oversize')
          const reason = isListed ? 'its body is not UTF-8 text' : `its status is ${pin.status}`
          skipped.push({ source, reason })
          continue
        }
        const content = `${pin.contentHash} ${write([], pin)}`
        sourcesOf.set(content, [...(sourcesOf.get(content) ?? []), source])
      }
      return [...sourcesOf.values()]
        .map((sources) => write(sources, pins.get(sources[0]!)!))
        .join('')
    }
    const files = written('instruction_file', writeFile)
    const skills = written('skill', writeSkill)
    const said = [files && 'instruction files', skills && 'skills'].filter((one) => one !== '')
    const none = skipped.length > 0 ? 'none readable' : 'none found'
    const found = !hydrated ? 'not published yet' : said.join(' and ') || none
    const use =
      'When a task matches the description of a skill, read the file at its location first.\n'
    const block = files + (skills && `${use}<available_skills>\n${skills}</available_skills>\n`)
    const text = `Workspace context pinned to this chat: ${found}.\n`
    return {
      hydrated,
      text: text + (block && `<agent-context>\n${block}</agent-context>\n`),
      skipped,
    }
  },
})

/** Whether a chat is hydrated and dirty, and how many pins it has of each kind and status. */
function getChatContext(model: Model, key: ChatKey) {
  const chat = findChat(model, key)
  const dirty = isDirty(model, chat)
  const live = liveOf(model, chat)
  return {
    chat: chat.id,
    hydrated: chat.hydrated,
    aggregateHash: chat.hydrated ? aggregateHash(chat.pins) : null,
    follows: chat.follows,
    dirty,
    dirtyKinds: dirty && live?.ready ? driftedKinds(chat, live) : [],
    dirtySince: dirty ? toDate(chat.dirtySince!) : null,
    error: chat.error,
    live: live ? (live.ready ? 'ready' : 'starting') : 'none',
    counts: countsOf(chat),
  }
}

/** In the order of the enums. */
function countsOf({ pins }: Chat) {
  return enums.workspace_agent_context_body_kind.flatMap((kind) =>
    enums.workspace_agent_context_resource_status.flatMap((status) => {
      const those = [...pins.values()].filter((pin) => pin.kind === kind && pin.status === status)
      return those.length === 0 ? [] : [{ kind, status, count: those.length }]
    }),
  )
}

/** The context of one chat, or of all chats. */
export const readContext = defineChatOperation<
  { readonly chatIds?: readonly string[] },
  { readonly many: boolean }
>({
  name: 'read context',
  choices: { many: fc.boolean() },
  argsOf: (model, _, { many }) => (many ? { chatIds: [...model.chats.keys()].reverse() } : {}),
  says: (chat, { chatIds }, { ownerId }) =>
    chatIds
      ? `read the contexts of all chats${ownerId ? ` of ${ownerId}` : ''}`
      : `read the context of ${chat}`,
  flags: (_, { chatIds }) =>
    chatIds ? { variant: 'many', isStranger: false } : { variant: 'one' },
  execute: ({ queryable, operations }, { chatId, ...owner }, { chatIds }) =>
    chatIds
      ? operations.getChatContexts(queryable, { chatIds, ...owner })
      : operations.getChatContext(queryable, { chatId, ...owner }),
  predict: (model, { chatId, ownerId }, _, { chatIds }) =>
    chatIds
      ? chatIds
          .filter((id) => ownerId === undefined || model.chats.get(id)!.ownerId === ownerId)
          .map((id) => getChatContext(model, { chatId: id }))
      : getChatContext(model, { chatId, ...(ownerId && { ownerId }) }),
})
