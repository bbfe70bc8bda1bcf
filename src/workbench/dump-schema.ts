import type { PGlite } from '@electric-sql/pglite'
import { splitStatements } from '../database/index.js'
import { loadPeer } from './optional-packages.js'

/** What {@link dumpSchema} leaves out. */
export interface DumpOptions {
  /** Tables that are not part of the schema, such as a ledger. */
  readonly except?: readonly string[]
  /** Who owns what, and who may do what with it; left out by default. */
  readonly privileges?: boolean
}

/**
 * The definitions of a database from pg_dump, including comments, without lines that differ between
 * runs or contain no information. The same database gives the same text.
 *
 * @throws DriftpinError `tool_missing` where pglite-tools is not installed.
 */
export async function dumpSchema(
  pglite: PGlite,
  { except = [], privileges = false }: DumpOptions = {},
): Promise<string> {
  const pgDump = await loadPgDump()
  const args = ['--schema-only', ...(privileges ? [] : ['--no-owner', '--no-privileges'])]
  const left = except.flatMap((table) => ['-T', pattern(table)])
  return readable(await (await pgDump({ pg: pglite, args: [...args, ...left] })).text())
}

/** Quotes in a pattern of pg_dump turn off what letters and signs mean there. */
const pattern = (table: string) => `"${table.replaceAll('"', '""')}"`

async function loadPgDump() {
  const { pgDump } = await loadPeer(
    () => import('@electric-sql/pglite-tools/pg_dump'),
    'schema.sql is made by pg_dump, and its package is not here. Install it with: npm install ' +
      '--save-dev @electric-sql/pglite-tools. Where npm refuses because that asks for another ' +
      'PGlite than you have, put this into package.json first: "overrides": ' +
      '{"@electric-sql/pglite-tools": {"@electric-sql/pglite": "$@electric-sql/pglite"}}. The ' +
      'manifest and the types do without: --only manifest,types.',
  )
  return pgDump
}

/** The first words of statements that only set something for the session. */
const settings = ['set', 'select']
const saysNothing = /^(--|-- Dumped .*|-- PostgreSQL database dump.*|-- .*; Type: COMMENT; .*)$/

/** Changes lines between statements only: inside of one, anything may be part of a body. */
function readable(dump: string): string {
  // A command for psql with a random word.
  const word = /^\\restrict (\S+)$/m.exec(dump)?.[1]
  const text = dump.replace(`\\restrict ${word}\n`, '').replace(`\\unrestrict ${word}\n`, '')
  const pieces: string[] = []
  let end = 0
  for (const { text: statement, offset, words } of splitStatements(text)) {
    pieces.push(readableComments(text.slice(end, offset)))
    end = offset + statement.length + 1
    if (!settings.includes(words[0]!)) pieces.push(`${statement};`)
  }
  pieces.push(readableComments(text.slice(end)))
  return `${pieces
    .filter((piece) => piece !== '')
    .join('\n\n')
    .trim()}\n`
}

function readableComments(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !saysNothing.test(line))
  return lines.map((line) => line.replace(/^-- (Name: .*); Schema: .*$/, '-- $1')).join('\n')
}
