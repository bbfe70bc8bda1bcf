import { decodeText, getPin, listPins, type Pin, type PinWithBody } from '../context/index.js'
import { type ChatLine, chatArgument, findChat, renderChat } from './chats.js'
import { UsageError } from './command-error.js'
import { defineDomainCommand } from './domain-tables.js'
import { belowRoot, commonRoot, renderTrouble } from './resources.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, humanSize, printable, printJson, screenWidth } from './terminal.js'

/** `driftpin pins CHAT`. */
export const pinsCommand = defineDomainCommand({
  name: 'pins',
  description: 'list the pins of a chat',
  options: (command) =>
    command
      .argument('<chat>', chatArgument)
      .option('--body <source>', 'print the content of one pin; the end of its source is enough'),
  examples: [
    'driftpin pins 3f0c',
    'driftpin pins 3f0c --body AGENTS.md',
    'driftpin pins 3f0c --body skills/release-notes/SKILL.md > SKILL.md',
  ],
  run: async (database, written, { body }) => {
    const chat = await findChat(database, written)
    const pins = await listPins(database, { chatId: chat.id })
    if (body === undefined) return { json: pins, text: () => printPins(chat, pins) }
    const { source } = findPin(pins, body)
    // Only this body is read, because all bodies together may have 4 MiB.
    const pin = await getPin(database, { chatId: chat.id, source })
    if (!pin) throw new Error(`The pin ${source} has just been removed. Try again.`)
    return { json: pin, text: () => printBody(pin) }
  },
})

function printPins(chat: ChatLine, pins: readonly Pin[]): void {
  console.log(`${renderChat(chat)}\n`)
  if (pins.length === 0) {
    console.log(
      chat.hydrated
        ? 'It is pinned, but has no pins: its agent had no resources.'
        : 'It has no pins yet. The next push of its agent creates them.',
    )
    return
  }
  const width = screenWidth()
  // A program that reads the output needs whole names.
  const root = width === undefined ? undefined : commonRoot(pins.map(({ source }) => source))
  const rows = pins.map(({ source, kind, sizeBytes, status, updatedAt }) => {
    return [belowRoot(source, root), kind, humanSize(sizeBytes), status, humanAgo(updatedAt)]
  })
  const columns = ['source', 'kind', 'size', 'status', 'pinned']
  if (root !== undefined) console.log(`In ${printable(root)}:`)
  console.log(renderTable({ columns, rows }, { width, cut: { source: 'end' } }))
  const bytes = pins.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  console.log(`\n${countNoun(pins.length, 'pin')}, ${humanSize(bytes)}`)
  const trouble = renderTrouble(pins, root)
  if (trouble) console.log(trouble)
}

/** A file gets the exact bytes. A terminal, which obeys some bytes, gets printable lines. */
function printBody({ source, kind, status, body, error }: PinWithBody): void {
  if (status !== 'ok') {
    throw new UsageError(`${source} has no content. It is ${status}: ${error}.`)
  }
  const text = decodeText(kind, body)
  const encoded = kind === 'skill' ? body.meta : body.content
  if (text === null && typeof encoded !== 'string') printJson(body)
  else if (!process.stdout.isTTY) process.stdout.write(Buffer.from(String(encoded ?? ''), 'base64'))
  else if (text === null) throw new UsageError(`${source} is not UTF-8. Redirect it to a file.`)
  else console.log(text.replace(/\n$/, '').split('\n').map(shown).join('\n'))
}

const shown = (line: string) => printable(line.replace(/\r$/, '').replaceAll('\t', '    '))

/**
 * The pin with this source, or with a source that ends in these parts, such as `AGENTS.md`.
 *
 * @throws UsageError if there is none, or several.
 */
export function findPin<P extends Pick<Pin, 'source'>>(pins: readonly P[], source: string): P {
  const exact = pins.find((pin) => pin.source === source)
  const ending = pins.filter((pin) => pin.source.endsWith(`/${source.replace(/^\//, '')}`))
  const found = exact ? [exact] : ending
  const [pin, ...others] = found
  if (pin && others.length === 0) return pin
  const sources = (pin ? found : pins).map((one) => `  ${printable(one.source)}`).join('\n')
  const what = pin ? 'Several pins of this chat end in' : 'No pin of this chat ends in'
  throw new UsageError(`${what} ${printable(source)}:\n${sources || '  the chat has none'}`)
}
