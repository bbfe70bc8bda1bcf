import { Command } from 'commander'
import { decodeText, getPin, listPins, type Pin, type PinWithBody } from '../context/index.js'
import type { Database } from '../database/index.js'
import { UsageError } from './command-error.js'
import { commonRoot } from './common-root.js'
import { countNoun } from './count-noun.js'
import { withDomain } from './domain-tables.js'
import { chatArgument, findChat } from './find-chat.js'
import { findPin } from './find-pin.js'
import { humanSize } from './human-size.js'
import { humanAgo } from './human-time.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { renderChat } from './render-chat.js'
import { renderTable } from './render-table.js'
import { belowRoot, renderTrouble } from './resource-table.js'
import { screenWidth } from './screen-width.js'
import type { ChatLine } from './select-chats.js'

interface PinsOptions extends DatabaseOptions {
  readonly body?: string
  readonly json?: boolean
}

/** `driftpin pins CHAT`. */
export function pinsCommand(): Command {
  const command = new Command('pins')
    .description('list what a chat is pinned to')
    .argument('<chat>', chatArgument)
    .option('--body <source>', 'print the content of one pin; the end of its source is enough')
  return devDatabaseOptions(command)
    .option('--json', 'print JSON')
    .action(showPins)
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  driftpin pins 3f0c',
        '  driftpin pins 3f0c --body AGENTS.md',
        '  driftpin pins 3f0c --body skills/release-notes/SKILL.md > SKILL.md',
      ].join('\n'),
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
  // Only of this one, since all of them may have 4 MiB.
  const withBody = await getPin(database, { chatId, source: pin.source })
  if (!withBody) throw new Error(`The pin ${pin.source} has just been removed. Try again.`)
  return withBody
}

function printPins(chat: ChatLine, pins: readonly Pin[]): void {
  console.log(`${renderChat(chat)}\n`)
  if (pins.length === 0) {
    console.log(
      chat.hydrated
        ? 'It is pinned to nothing: its agent had no resources.'
        : 'It has no pins yet. They come with the next push of its agent.',
    )
    return
  }
  const width = screenWidth()
  // What is piped somewhere is to be found by its whole name.
  const root = width === undefined ? undefined : commonRoot(pins.map(({ source }) => source))
  const rows = pins.map(({ source, kind, sizeBytes, status, updatedAt }) => {
    return [belowRoot(source, root), kind, humanSize(sizeBytes), status, humanAgo(updatedAt)]
  })
  const columns = ['source', 'kind', 'size', 'status', 'pinned']
  if (root !== undefined) console.log(`Below ${printable(root)}:`)
  console.log(renderTable({ columns, rows }, { width, cut: { source: 'end' } }))
  const bytes = pins.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n)
  console.log(`\n${countNoun(pins.length, 'pin')}, ${humanSize(bytes)}`)
  const trouble = renderTrouble(pins, root)
  if (trouble) console.log(trouble)
}

/** A file gets every byte; a terminal, which obeys some of them, gets lines that it can show. */
function printBody({ source, kind, status, body, error }: PinWithBody): void {
  if (status !== 'ok') {
    throw new UsageError(`There is no content of ${source}: it is ${status}, because ${error}.`)
  }
  const text = decodeText(kind, body)
  const encoded = kind === 'skill' ? body.meta : body.content
  if (text === null && typeof encoded !== 'string') printJson(body)
  else if (!process.stdout.isTTY) process.stdout.write(Buffer.from(String(encoded ?? ''), 'base64'))
  else if (text === null) throw new UsageError(`${source} is not UTF-8. Send it into a file.`)
  else console.log(text.replace(/\n$/, '').split('\n').map(shown).join('\n'))
}

const shown = (line: string) => printable(line.replace(/\r$/, '').replaceAll('\t', '    '))
