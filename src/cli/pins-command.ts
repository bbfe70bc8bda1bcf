import { Command } from 'commander'
import { decodeText, getPin, listPins, type Pin, type PinWithBody } from '../context/index.js'
import type { Database } from '../database/index.js'
import { type ChatLine, chatArgument, findChat, renderChat } from './chats.js'
import { UsageError } from './command-error.js'
import { withDomain } from './domain-tables.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { helpText } from './options.js'
import { belowRoot, commonRoot, renderTrouble } from './resources.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, humanSize, printable, printJson, screenWidth } from './terminal.js'

interface PinsOptions extends DatabaseOptions {
  readonly body?: string
}

/** `driftpin pins CHAT`. */
export function pinsCommand(): Command {
  const command = new Command('pins')
    .description('list the pins of a chat')
    .argument('<chat>', chatArgument)
    .option('--body <source>', 'print the content of one pin; the end of its source is enough')
  return devDatabaseOptions(command)
    .action(showPins)
    .addHelpText(
      'after',
      helpText([
        'driftpin pins 3f0c',
        'driftpin pins 3f0c --body AGENTS.md',
        'driftpin pins 3f0c --body skills/release-notes/SKILL.md > SKILL.md',
      ]),
    )
}

async function showPins(written: string, options: PinsOptions): Promise<void> {
  const { body, json, ...where } = options
  if (body === undefined) {
    const [chat, pins] = await withDomain(where, async (database) => {
      const chat = await findChat(database, written)
      return [chat, await listPins(database, { chatId: chat.id })] as const
    })
    if (json) printJson(pins)
    else printPins(chat, pins)
    return
  }
  const pin = await withDomain(where, (database) => readPin(database, written, body))
  if (json) printJson(pin)
  else printBody(pin)
}

async function readPin(database: Database, written: string, source: string): Promise<PinWithBody> {
  const chatId = (await findChat(database, written)).id
  const pin = findPin(await listPins(database, { chatId }), source)
  // Only this body is read, because all bodies together may have 4 MiB.
  const withBody = await getPin(database, { chatId, source: pin.source })
  if (!withBody) throw new Error(`The pin ${pin.source} has just been removed. Try again.`)
  return withBody
}

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
  const bytes = pins.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n)
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
export function findPin<P extends Pin>(pins: readonly P[], source: string): P {
  const exact = pins.find((pin) => pin.source === source)
  const ending = pins.filter((pin) => pin.source.endsWith(`/${source.replace(/^\//, '')}`))
  const found = exact ? [exact] : ending
  const [pin, ...others] = found
  if (pin && others.length === 0) return pin
  const sources = (pin ? found : pins).map((one) => `  ${printable(one.source)}`).join('\n')
  const what = pin ? 'Several pins of this chat end in' : 'No pin of this chat ends in'
  throw new UsageError(`${what} ${printable(source)}:\n${sources || '  the chat has none'}`)
}
