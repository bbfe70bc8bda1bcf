import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url))

/** A public name, as its page has it. */
export interface Documented {
  /** The entry point, such as `driftpin/scan`. */
  readonly entry: string
  readonly name: string
  readonly examples: readonly string[]
  /** Those of its members. */
  readonly others: readonly string[]
  /** Its properties that are not described. */
  readonly undescribed: readonly string[]
}

/** Takes a page of the reference apart; each public name has a heading of the third level. */
export function readPage(entry: string, text: string): Documented[] {
  const sections = text.split(/^### /m).slice(1)
  return sections.flatMap((section) => {
    const name = /^[\w$]+/.exec(section)![0]
    // A name of another page is documented there, and here is only a link to it.
    if (/^Re-exports /m.test(section)) return []
    const below = section.split(/^(?=#{4,6} )/m).slice(1)
    const codesOf = (heading: RegExp) =>
      below
        .filter((part) => heading.test(part))
        .flatMap((part) => [...part.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!))
    const isOverloaded = /^#### Call Signature$/m.test(section)
    const [own, others] = isOverloaded ? [/^#{4,5} Ex/, /^#{6} Ex/] : [/^#{4} Ex/, /^#{5,6} Ex/]
    const undescribed = undescribedIn(section)
    return [{ entry, name, examples: codesOf(own), others: codesOf(others), undescribed }]
  })
}

/** A table of properties has a column for what describes them, if anything describes one. */
function undescribedIn(section: string): string[] {
  const tables = section.matchAll(/^\| Property \|(.*)\n.*\n((?:\|.*\n)*)/gm)
  return [...tables].flatMap(([, head, rows]) => {
    const column = ['Property', ...cellsOf(head!)].indexOf('Description')
    return (
      rows!
        .trim()
        .split('\n')
        .map((row) => cellsOf(row))
        .filter((cells) => (cells[column] ?? '-') === '-')
        .map(([cell]) => /`([^`]+)`/.exec(cell!)![1]!)
        // What is inside of a property is described with it.
        .filter((property) => !property.includes('.'))
    )
  })
}

const cellsOf = (row: string) =>
  row
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())

/** All pages of docs/reference. */
export async function readPages(): Promise<Documented[]> {
  const folder = join(repository, 'docs/reference')
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.md'))
  const pages = files
    .filter((file) => file !== 'README.md')
    .toSorted()
    .map(async (file) =>
      readPage(file.replace(/\.md$/, ''), await readFile(join(folder, file), 'utf8')),
    )
  return (await Promise.all(pages)).flat()
}
