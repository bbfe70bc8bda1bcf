import { structuredPatch } from 'diff'
import { type ContextDiff, type DiffSide, diff } from '../context/index.js'
import { type ChatLine, chatArgument, findChat, renderChat } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { humanSize, paint, printable, say } from './terminal.js'

/** `driftpin diff CHAT`. */
export const diffCommand = defineDomainCommand({
  name: 'diff',
  description: 'show what a refresh of a chat would change',
  options: (command) => command.argument('<chat>', chatArgument),
  notes: ['Lines with - are pinned, lines with + are live.'],
  examples: ['driftpin diff 3f0c'],
  run: async (database, written) => {
    const chat = await findChat(database, written)
    const difference = await diff(database, { chatId: chat.id })
    return { json: difference, text: () => print(chat, difference, written) }
  },
})

function print(chat: ChatLine, difference: ContextDiff, written: string): void {
  const { added, removed, modified } = difference
  console.log(`${renderChat(chat)}\n`)
  if (added.length + removed.length + modified.length === 0) {
    say('Nothing differs: its pins equal the context of its agent.')
    return
  }
  console.log(`${renderDiff(difference)}\n`)
  const counts = `${added.length} added, ${removed.length} removed, ${modified.length} modified`
  say(`- pinned, + live: ${counts}. To accept: driftpin refresh ${written}`)
}

const contextLines = 3
const hashDigits = 12

/** For all texts together. Unrelated texts of many thousand lines would take minutes. */
const patchesMsMax = 5000

interface Change {
  readonly source: string
  readonly pinned?: DiffSide
  readonly live?: DiffSide
}

/** All resources that differ, by source, from the pinned (-) to the live (+) content. */
export function renderDiff(difference: ContextDiff): string {
  const { added, removed, modified } = difference
  const changes: Change[] = [...added, ...removed, ...modified]
  changes.sort((a, b) => Buffer.compare(Buffer.from(a.source), Buffer.from(b.source)))
  const until = performance.now() + patchesMsMax
  return changes.map((change) => renderChange(change, until).join('\n')).join('\n\n')
}

function renderChange({ source, pinned, live }: Change, until: number): string[] {
  const sides = [pinned, live].filter((side) => side !== undefined)
  const what = pinned && live ? 'modified' : live ? 'added' : 'removed'
  const colour = { modified: 'yellow', added: 'green', removed: 'red' } as const
  const head = `${paint(colour[what], what)} ${paint('bold', printable(source))}`
  return [head, `  ${facts(sides)}`, ...renderTexts(pinned, live, until)]
}

/** Kind, status, size and hash, each as `before -> after` if it changed. */
function facts(sides: readonly DiffSide[]): string {
  const one = (of: (side: DiffSide) => string) => [...new Set(sides.map(of))].join(' -> ')
  return [
    one(({ kind }) => kind),
    one(({ status }) => status),
    one(({ sizeBytes }) => humanSize(sizeBytes)),
    one(({ contentHash }) => contentHash.slice(0, hashDigits)),
  ].join(', ')
}

/** The lines that differ. Nothing if one side has content that is not text. */
function renderTexts(
  pinned: DiffSide | undefined,
  live: DiffSide | undefined,
  until: number,
): string[] {
  const before = pinned ? pinned.text : ''
  const after = live ? live.text : ''
  if (before === null || after === null) return []
  const timeout = Math.max(1, until - performance.now())
  const options = { context: contextLines, timeout }
  const patch = structuredPatch('', '', before, after, '', '', options)
  if (!patch) return ['  The texts differ too much for a comparison by line.']
  return patch.hunks.flatMap((hunk) => {
    const removed = range(hunk.oldStart, hunk.oldLines)
    const added = range(hunk.newStart, hunk.newLines)
    return [paint('cyan', `@@ -${removed} +${added} @@`), ...hunk.lines.map(renderLine)]
  })
}

/** An empty range is given by the line before it, as in other diff tools. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`
}

function renderLine(line: string): string {
  // A carriage return must be visible: it may be the only difference.
  const text = printable(line.replaceAll('\t', '    '))
  if (line.startsWith('+')) return paint('green', text)
  if (line.startsWith('-')) return paint('red', text)
  return line.startsWith('\\') ? paint('dim', text) : text
}
