import { DriftpinError } from '../../errors.js'
import {
  bundledFiles,
  type Direction,
  type MigrationFile,
  parseMigrations,
  readMigrationFiles,
  readScript,
} from '../../migrations/index.js'
import type { LintOptions } from './lint-options.js'
import { type LintedScript, parseLintedScript } from './linted-script.js'
import type { Parser } from './load-parser.js'
import { resolveNames } from './resolve-names.js'

/** A pair of files as the rules see it. */
export interface LintedMigration {
  readonly version: number
  readonly up: LintedScript
  readonly down: LintedScript | undefined
}

/** Two tables that are to have the same columns after their first. */
type Mirror = readonly [string, string]

/** All that rules look at without running it. */
export interface LintedFolder {
  readonly migrations: readonly LintedMigration[]
  /** All files of all migrations. */
  readonly scripts: readonly LintedScript[]
  /** As the options name them. */
  readonly owners: readonly string[]
  readonly mirrors: readonly Mirror[]
  readonly forwardOnly: boolean
}

/** What holds for our own migrations, unless the caller says otherwise. */
const ours = {
  owners: ['chats'],
  mirrors: [['chat_context_resources', 'workspace_agent_context_resources']],
} as const satisfies LintOptions

/**
 * Reads a folder of pairs, or our own. What a rule reports is let through, such as half a pair.
 *
 * @throws DriftpinError what {@link readMigrations} throws for all the rest, and
 * `migration_invalid` for what is no SQL.
 */
export async function readLintedFolder(
  parser: Parser,
  { migrations: directory, ...options }: LintOptions,
): Promise<LintedFolder> {
  if (directory === '') throw emptyPath()
  const defaults: LintOptions = directory === undefined ? ours : {}
  const { owners = [], mirrors = [], forwardOnly = false } = { ...defaults, ...options }
  const files = directory === undefined ? bundledFiles : await readMigrationFiles(directory)
  const migrations = pairsOf(parser, files)
  return {
    migrations,
    scripts: migrations.flatMap(({ up, down }) => (down ? [up, down] : [up])),
    owners,
    mirrors,
    forwardOnly,
  }
}

function pairsOf(parser: Parser, files: readonly MigrationFile[]): LintedMigration[] {
  const texts = new Map(files.map(({ file, text }) => [file, text]))
  // Without their texts: names and numbers are for the runner to judge, statements for the rules.
  const pairs = parseMigrations(
    files.map(({ file }) => ({ file, text: '' })),
    { forwardOnly: true },
  )
  let tablesBefore: ReadonlySet<string> = new Set()
  return pairs.map(({ version, up, down }) => {
    const parse = (file: string, direction: Direction) => {
      const of = { version, direction, tablesBefore }
      const script = parseLintedScript(parser, readScript(file, texts.get(file)!), of)
      return { script, after: resolveNames(script) }
    }
    const { script, after } = parse(up.file, 'up')
    tablesBefore = after
    return { version, up: script, down: down && parse(down.file, 'down').script }
  })
}

function emptyPath(): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    "The path of migrations is empty: name a folder, or leave it out for driftpin's own.",
    { migrations: '' },
  )
}
