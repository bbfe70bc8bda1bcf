import type { BodyKind } from '../../schema/index.js'
import { findChat, type Model, type Resource } from './model.js'
import { inByteOrder, sanitise, sanitiseLine, textOf } from './text.js'

/**
 * The pins of a chat as a block of text: instruction files, then an index of the skills, each in
 * the order of the bytes of their sources. A
 * resource that is not ok or is not text is skipped and reported.
 */
export function prompt(model: Model, key: { readonly chatId: string; readonly ownerId?: string }) {
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
  const files = written('instruction_file', fileOf).join('')
  const skills = written('skill', skillOf).join('')
  const index = skills === '' ? '' : `<skills>\n${skills}</skills>\n`
  const block = files + index
  const text = block === '' ? '' : `<agent-context>\n${block}</agent-context>\n`
  return { hydrated: pinnedHash !== null, text, skipped }
}

function fileOf(source: string, pin: Resource): string {
  const content = sanitise(textOf(pin)!).replace(/^\n+/, '').trimEnd()
  const lines = content === '' ? '' : `${content}\n`
  return `<instruction-file source="${attribute(source)}">\n${lines}</instruction-file>\n`
}

function skillOf(source: string, { body }: Resource): string {
  const { name = '', description = '' } = body as { name?: unknown; description?: unknown }
  const said = [name, description]
    .flatMap((one) => (typeof one === 'string' ? [sanitiseLine(one)] : []))
    .filter((one) => one !== '')
    .join(': ')
  return `- ${said === '' ? '' : `${said} `}("${attribute(source)}")\n`
}

const attribute = (source: string) =>
  sanitiseLine(source).replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
