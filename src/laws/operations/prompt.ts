import type { BodyKind } from '../../schema/index.js'
import { defineChatOperation } from '../chat-operation.js'
import type { ChatKey } from '../choices.js'
import { findChat, type Model, type Resource } from '../model/model.js'
import { inByteOrder, sanitise, sanitiseLine, textOf } from '../model/text.js'

/**
 * The pins of a chat as a block of text: instruction files, then an index of the skills, each by
 * source in byte order. A resource that is not ok or is not text is skipped and reported.
 */
export function prompt(model: Model, key: ChatKey) {
  const { pins, pinnedHash } = findChat(model, key)
  const of = (kind: BodyKind) =>
    inByteOrder([...pins.keys()].filter((source) => pins.get(source)!.kind === kind)).map(
      (source) => ({ source, pin: pins.get(source)! }),
    )
  const all = [...of('instruction_file'), ...of('skill')]
  const skipped = all.flatMap(({ source, pin }) => {
    if (pin.status !== 'ok') return [{ source, reason: `its status is ${pin.status}` }]
    return textOf(pin) === null ? [{ source, reason: 'its body is not UTF-8 text' }] : []
  })
  const written = (kind: BodyKind, write: (source: string, pin: Resource) => string) =>
    of(kind).flatMap(({ source, pin }) => (textOf(pin) === null ? [] : [write(source, pin)]))
  const files = written('instruction_file', writeFile).join('')
  const skills = written('skill', writeSkill).join('')
  const index = skills === '' ? '' : `<skills>\n${skills}</skills>\n`
  const block = files + index
  const text = block === '' ? '' : `<agent-context>\n${block}</agent-context>\n`
  return { hydrated: pinnedHash !== null, text, skipped }
}

function writeFile(source: string, pin: Resource): string {
  const content = sanitise(textOf(pin)!).replace(/^\n+/, '').trimEnd()
  const lines = content === '' ? '' : `${content}\n`
  return `<instruction-file source="${attribute(source)}">\n${lines}</instruction-file>\n`
}

function writeSkill(source: string, { body }: Resource): string {
  const { name = '', description = '' } = body as { name?: unknown; description?: unknown }
  const said = [name, description]
    .flatMap((one) => (typeof one === 'string' ? [sanitiseLine(one)] : []))
    .filter((one) => one !== '')
    .join(': ')
  return `- ${said === '' ? '' : `${said} `}("${attribute(source)}")\n`
}

const attribute = (source: string) =>
  sanitiseLine(source).replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The prompt of a chat. Law 3 also compares its text before and after removals. */
export const writePrompt = defineChatOperation({
  name: 'prompt',
  simple: {},
  says: (chat) => `write the prompt of ${chat}`,
  execute: ({ queryable, operations }, key) => operations.prompt(queryable, key),
  predict: (model, key) => prompt(model, key),
})
