import type { Node } from 'libpg-query'
import { nameOfWord } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import {
  bundledFiles,
  type Direction,
  type MigrationFile,
  parseMigrations,
  readPairFiles,
  readScript,
} from '../../migrations/index.js'
import { statementsInOrder } from './file-changes.js'
import { type LintedScript, parseLintedScript } from './linted-script.js'
import { nodeAs, nodesOf, type Parser, stringsOf, tableKeyOf, tablesMadeBy } from './syntax-tree.js'

/**
 * Options of `lintMigrations`.
 *
 * @example
 * ```ts
 * const options: LintOptions = { migrations: './db/migrations', owners: ['users'] }
 * const { findings } = await lintMigrations(options)
 * ```
 */
export interface LintOptions {
  /** A folder of SQL pairs; driftpin's own migrations by default. */
  readonly migrations?: string
  /**
   * Tables whose rows own other rows: `chats` or `app.chats`, or with the referencing column,
   * `chats.chat_id`. The default is none, and `chats` for driftpin's own migrations.
   */
  readonly owners?: readonly string[]
  /** Pairs of tables whose columns after the first must be equal; none by default. */
  readonly mirrors?: readonly (readonly [string, string])[]
  /** Allows migrations without a down file; false by default. */
  readonly forwardOnly?: boolean
}

/** A parsed pair of files. */
interface LintedMigration {
  readonly version: number
  readonly up: LintedScript
  readonly down: LintedScript | undefined
}

/** The parsed files of a folder, and the options. */
export interface LintedFolder extends Required<Omit<LintOptions, 'migrations'>> {
  readonly migrations: readonly LintedMigration[]
  /** All files of all migrations. */
  readonly scripts: readonly LintedScript[]
}

/** The default options for driftpin's own migrations. */
const ours = {
  owners: ['chats'],
  mirrors: [['chat_context_resources', 'workspace_agent_context_resources']],
} as const satisfies LintOptions

/**
 * Reads a folder of pairs, or driftpin's own. Defects that a rule reports, such as half a pair, are
 * accepted.
 *
 * @throws DriftpinError what {@link readMigrations} throws for all the rest, and
 * `migration_invalid` for a file that is not SQL.
 */
export async function readLintedFolder(
  parser: Parser,
  { migrations: directory, owners, mirrors, forwardOnly = false }: LintOptions,
): Promise<LintedFolder> {
  if (directory === '') {
    throw new DriftpinError(
      'invalid_input',
      "The path of migrations is empty: name a folder, or leave it out for driftpin's own.",
      { migrations: '' },
    )
  }
  const defaults: LintOptions = directory === undefined ? ours : {}
  const files = directory === undefined ? bundledFiles : await readPairFiles(directory)
  const migrations = pairsOf(parser, files)
  return {
    migrations,
    scripts: migrations.flatMap(({ up, down }) => (down ? [up, down] : [up])),
    owners: owners ?? defaults.owners ?? [],
    mirrors: mirrors ?? defaults.mirrors ?? [],
    forwardOnly,
  }
}

function pairsOf(parser: Parser, files: readonly MigrationFile[]): LintedMigration[] {
  const texts = new Map(files.map(({ file, text }) => [file, text]))
  // Without their texts: the runner checks names and numbers, and the rules check statements.
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

/**
 * Adds the schema from the search_path of the file to table names without a schema, in the syntax
 * tree itself, so that every rule knows which table `boats` is after `SET search_path = harbour`.
 *
 * @returns The tables that exist after the file, according to the texts.
 */
function resolveNames(script: LintedScript): ReadonlySet<string> {
  let tables = script.tablesBefore
  let path: readonly string[] = []
  for (const { statement, state } of statementsInOrder(script)) {
    path = pathSetBy(statement.node) ?? path
    if (path.length > 0) qualify(statement.node, path, state.tables)
    tables = state.tables
  }
  return tables
}

/** The schemas of a search_path that a statement sets; empty for the initial one. */
function pathSetBy(node: Node): readonly string[] | undefined {
  const set = nodeAs(node, 'VariableSetStmt')
  if (set?.kind === 'VAR_RESET_ALL') return []
  if (set?.name === 'search_path') return schemasIn((set.args ?? []).map(textOf))
  for (const { funcname, args = [] } of nodesOf(nodeAs(node, 'SelectStmt'), 'FuncCall')) {
    const [name, value] = args.map(textOf)
    const sets = stringsOf(funcname).at(-1) === 'set_config' && name === 'search_path'
    if (sets && value) return schemasIn(value.split(',').map((one) => nameOfWord(one.trim())))
  }
  return undefined
}

/** A constant text; empty for anything else. */
const textOf = (node: Node) => nodeAs(node, 'A_Const')?.sval?.sval ?? ''

const schemasIn = (names: readonly string[]) =>
  names.filter((name) => !/^(|pg_.*|\$user)$/.test(name))

function qualify(node: Node, path: readonly string[], tables: ReadonlySet<string>): void {
  const [first] = path
  for (const { relation } of tablesMadeBy(node)) {
    if (relation && relation.relpersistence !== 't') relation.schemaname ??= first!
  }
  const schemaOf = (name: string) =>
    path.find((schema) => tables.has(tableKeyOf(schema, name))) ?? first!
  for (const range of rangesOf(node)) range.schemaname ??= schemaOf(range.relname)
  const drop = nodeAs(node, 'DropStmt')
  for (const object of drop?.removeType === 'OBJECT_TABLE' ? (drop.objects ?? []) : []) {
    const items = nodeAs(object, 'List')?.items
    const [name, ...rest] = stringsOf(items)
    if (name !== undefined && rest.length === 0) {
      items!.unshift({ String: { sval: schemaOf(name) } })
    }
  }
}

/** Every relation name below a part of the tree, including those without a node kind. */
function* rangesOf(part: unknown): Generator<{ relname: string; schemaname?: string }> {
  if (typeof part !== 'object' || part === null) return
  if ('relname' in part && typeof part.relname === 'string') {
    yield part as { relname: string; schemaname?: string }
    return
  }
  for (const value of Object.values(part)) yield* rangesOf(value)
}
