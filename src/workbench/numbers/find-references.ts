import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseFileName } from '../../migrations/index.js'
import { exemptFile } from './own-fixtures.js'
import type { MigrationMove } from './plan-renumber.js'

/** A file that names migrations, as it will be. */
export interface ReferenceEdit {
  /** From the folder, as it is called after the moves. */
  readonly file: string
  readonly text: string
  /** How often it names one. */
  readonly references: number
  /** The migration that it is a file of, by number and name, where it is one of those. */
  readonly migration: string | undefined
}

interface Search {
  readonly directory: string
  /** The numbers and names that change, and into what. */
  readonly labels: ReadonlyMap<string, string>
  readonly moves: readonly MigrationMove[]
  readonly ownLabels: ReadonlySet<string>
  /** The numbers that stand for one in the exemptions, and into what they change. */
  readonly exempt: ReadonlyMap<string, string>
}

const fileBytesMax = 16 * 1024 * 1024
const exemptKey = /(?<=")\d+(?="\s*:)/g
const skipped = new Set(['.git', 'node_modules'])

/** Looks through the text files of a folder and those below it for what names a migration. */
export async function findReferences(search: Search): Promise<ReferenceEdit[]> {
  const { directory, labels, moves, ownLabels, exempt } = search
  if (labels.size === 0) return []
  const movedTo = new Map(moves.flatMap(({ files }) => files.map(({ from, to }) => [from, to])))
  const names = [...labels.keys()].map(escaped).join('|')
  // A label is letters, digits, underscores and hyphens, and no part of a longer word of them.
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${names})(?![A-Za-z0-9_-])`, 'g')
  const edits: ReferenceEdit[] = []
  for (const file of await filesBelow(directory, '')) {
    const parts = parseFileName(file)
    const migration = parts && `${parts.digits}_${parts.name}`
    // Others have applied theirs, and would be told that it was edited.
    if (migration && !ownLabels.has(migration)) continue
    const before = await readText(join(directory, file))
    let references = 0
    const put = (label: string) => {
      const now = labels.get(label) ?? exempt.get(label)
      if (now !== undefined) references++
      return now ?? label
    }
    const labelled = before?.replaceAll(pattern, put)
    const text = file === exemptFile ? labelled?.replaceAll(exemptKey, put) : labelled
    if (text === undefined || references === 0) continue
    edits.push({ file: movedTo.get(file) ?? file, text, references, migration })
  }
  return edits
}

const escaped = (label: string) => label.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')

/** Regular files, from the folder; what a symbolic link leads to is not the folder's. */
async function filesBelow(directory: string, below: string): Promise<string[]> {
  const found: string[] = []
  const entries = await readdir(join(directory, below), { withFileTypes: true })
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isFile()) found.push(path)
    if (entry.isDirectory() && !skipped.has(entry.name)) {
      found.push(...(await filesBelow(directory, path)))
    }
  }
  return found
}

/** Undefined for what is no text in UTF-8. */
async function readText(path: string): Promise<string | undefined> {
  if ((await stat(path)).size > fileBytesMax) return undefined
  const bytes = await readFile(path)
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
