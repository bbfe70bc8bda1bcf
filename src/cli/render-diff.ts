import { structuredPatch } from 'diff'
import type { ContextDiff, DiffSide } from '../context/index.js'
import { humanSize } from './human-size.js'
import { paint } from './paint.js'
import { printable } from './printable.js'

const contextLines = 3
const hashDigits = 12

/** Texts of many thousand lines that have nothing in common would take minutes; this is for all. */
const patchesMsMax = 5000

interface Change {
  readonly source: string
  readonly pinned?: DiffSide
  readonly live?: DiffSide
}

/** Each resource that differs, from what is pinned (-) to what is live (+), by source. */
export function renderDiff(difference: ContextDiff): string {
  const { added, removed, modified } = difference
  const changes: Change[] = [...added, ...removed, ...modified]
  changes.sort((a, b) => Buffer.compare(Buffer.from(a.source), Buffer.from(b.source)))
  const until = performance.now() + patchesMsMax
  return changes.map((change) => renderChange(change, until).join('\n')).join('\n\n')
}

function renderChange({ source, pinned, live }: Change, until: number): string[] {
  const side = live ?? pinned!
  const what = pinned && live ? 'modified' : live ? 'added' : 'removed'
  const colour = { modified: 'yellow', added: 'green', removed: 'red' } as const
  const head = `${paint(colour[what], what)} ${paint('bold', printable(source))}`
  return [head, `  ${facts(pinned, live, side)}`, ...renderTexts(pinned, live, until)]
}

/** Kind, status, size and hash, each with its change where there is one. */
function facts(pinned: DiffSide | undefined, live: DiffSide | undefined, side: DiffSide): string {
  const one = (of: (side: DiffSide) => string) => {
    const [before, after] = [pinned && of(pinned), live && of(live)]
    return before !== undefined && after !== undefined && before !== after
      ? `${before} -> ${after}`
      : of(side)
  }
  return [
    one(({ kind }) => kind),
    one(({ status }) => status),
    one(({ sizeBytes }) => humanSize(sizeBytes)),
    one(({ contentHash }) => Buffer.from(contentHash).toString('hex').slice(0, hashDigits)),
  ].join(', ')
}

/** The lines that differ, where at least one side is text and the other is text or not there. */
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
  if (!patch) return ['  The texts differ too much to be compared line by line.']
  return patch.hunks.flatMap((hunk) => {
    const old = range(hunk.oldStart, hunk.oldLines)
    const young = range(hunk.newStart, hunk.newLines)
    return [paint('cyan', `@@ -${old} +${young} @@`), ...hunk.lines.map(renderLine)]
  })
}

/** No lines stand after the line before them, as every other tool has it. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`
}

function renderLine(line: string): string {
  // A carriage return that is all that differs has to be seen.
  const text = printable(line.replaceAll('\t', '    '))
  if (line.startsWith('+')) return paint('green', text)
  if (line.startsWith('-')) return paint('red', text)
  return line.startsWith('\\') ? paint('dim', text) : text
}
