import { type ContextDiff, type DiffHunk, type DiffSide, diff } from '../context/index.js'
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

const hashDigits = 12

type Modified = ContextDiff['modified'][number]

/** A change of one resource; a side is missing if the resource does not exist on it. */
type Change = { readonly source: string } & Partial<Modified>

/** All resources that differ, by source, from the pinned (-) to the live (+) content. */
export function renderDiff(difference: ContextDiff): string {
  const { added, removed, modified } = difference
  const changes: Change[] = [...added, ...removed, ...modified]
  changes.sort((a, b) => Buffer.compare(Buffer.from(a.source), Buffer.from(b.source)))
  return changes.map((change) => renderChange(change).join('\n')).join('\n\n')
}

function renderChange(change: Change): string[] {
  const { source, pinned, live } = change
  const sides = [pinned, live].filter((side) => side !== undefined)
  const what = pinned && live ? 'modified' : live ? 'added' : 'removed'
  const colour = { modified: 'yellow', added: 'green', removed: 'red' } as const
  const head = `${paint(colour[what], what)} ${paint('bold', printable(source))}`
  return [head, `  ${facts(sides)}`, ...renderTools(change), ...renderTexts(change)]
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

function renderTools({ tools }: Change): string[] {
  if (!tools) return []
  const { removed, added, modified } = tools
  return [
    ...removed.map((name) => paint('red', `- tool ${printable(name)}`)),
    ...added.map((name) => paint('green', `+ tool ${printable(name)}`)),
    ...modified.map((name) => paint('yellow', `~ tool ${printable(name)}`)),
  ]
}

/** The lines that differ. Nothing if one side has content that is not text. */
function renderTexts({ pinned, live, hunks }: Change): string[] {
  if (hunks) return hunks.flatMap(renderHunk)
  const before = pinned ? pinned.text : ''
  const after = live ? live.text : ''
  if (before === null || after === null) return []
  if (pinned && live) return ['  The texts differ too much for a comparison by line.']
  const lines = [...wholeText('-', before), ...wholeText('+', after)]
  const count = lines.filter((line) => !line.startsWith('\\')).length
  const [pinnedLines, liveLines] = pinned ? [count, 0] : [0, count]
  const starts = { pinnedStart: Math.min(1, pinnedLines), liveStart: Math.min(1, liveLines) }
  return count === 0 ? [] : renderHunk({ ...starts, pinnedLines, liveLines, lines })
}

/** All lines of a text that is only on one side, in the form of a hunk. */
function wholeText(sign: '-' | '+', text: string): string[] {
  if (text === '') return []
  const lines = text.replace(/\n$/, '').split('\n')
  const end = text.endsWith('\n') ? [] : ['\\ No newline at end of file']
  return [...lines.map((line) => `${sign}${line}`), ...end]
}

function renderHunk(hunk: DiffHunk): string[] {
  const removed = `${hunk.pinnedStart},${hunk.pinnedLines}`
  const added = `${hunk.liveStart},${hunk.liveLines}`
  return [paint('cyan', `@@ -${removed} +${added} @@`), ...hunk.lines.map(renderLine)]
}

function renderLine(line: string): string {
  // A carriage return must be visible: it may be the only difference.
  const text = printable(line.replaceAll('\t', '    '))
  if (line.startsWith('+')) return paint('green', text)
  if (line.startsWith('-')) return paint('red', text)
  return line.startsWith('\\') ? paint('dim', text) : text
}
