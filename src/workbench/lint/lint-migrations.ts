import { DriftpinError } from '../../errors.js'
import { lintRules } from './lint-rules.js'
import { type LintOptions, readLintedFolder } from './linted-folder.js'
import type { Offence } from './linted-script.js'
import { migrateToCatalog, nothingMigrated } from './migrated-catalog.js'
import type { Linted, Rule } from './rule.js'
import { badSilence, type Silence, silencesOf } from './silence.js'
import { runSquawk } from './squawk.js'
import { loadParser } from './syntax-tree.js'

/**
 * A place in a migration that is dangerous in production.
 *
 * @example
 * ```ts
 * const { findings } = await lintMigrations({ migrations: './db/migrations' })
 * const place = ({ file, line, rule }: LintFinding) => `${file}:${line} ${rule}`
 * console.log(findings.map(place))
 * ```
 */
export interface LintFinding {
  /** The id of the rule. */
  readonly rule: string
  /** The name of the file. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** The line of the file. */
  readonly text: string
  /** What happens there. */
  readonly message: string
  /** What to do instead. */
  readonly fix: string
}

/**
 * What {@link lintMigrations} found.
 *
 * @example
 * ```ts
 * const { findings, files, silenced }: LintReport = await lintMigrations()
 * console.log(`${findings.length} findings in ${files} files, ${silenced} silenced`)
 * ```
 */
export interface LintReport {
  /** Ordered by number, file, line and column, without those that a comment allows. */
  readonly findings: readonly LintFinding[]
  /** The number of files. */
  readonly files: number
  /** The number of places that a comment allows. */
  readonly silenced: number
  /**
   * The rules that could not be checked, and why: the migrations did not run on an embedded
   * database, or squawk is not installed.
   */
  readonly unchecked: readonly {
    readonly rules: readonly string[]
    readonly error: DriftpinError
  }[]
}

/**
 * Checks a folder of SQL migrations for what is dangerous in production. Every file is read with
 * PostgreSQL's own grammar and checked with squawk, an optional peer, and all files are run on an
 * embedded database, whose catalog is read. `driftpin migrate lint --rules` lists the rules.
 *
 * A comment on a line of its own, before a statement or inside it, allows one place to break a
 * rule: `-- driftpin-lint: allow RULE because REASON`. squawk's own comments work for its rules.
 *
 * @throws DriftpinError `tool_missing` where libpg-query is not installed; `invalid_input` where an
 * option is wrong; `migration_invalid` for a file that is not SQL, with line and column; and what
 * `readMigrations` throws for a folder that cannot be read.
 *
 * @example
 * ```ts
 * const { findings } = await lintMigrations({ migrations: './db/migrations', owners: ['chats'] })
 * for (const { file, line, message } of findings) console.log(`${file}:${line} ${message}`)
 * ```
 */
export async function lintMigrations(options: LintOptions = {}): Promise<LintReport> {
  const parser = await loadParser()
  const folder = await readLintedFolder(parser, options)
  const tools = {
    catalog: await orError('migration_failed', migrateToCatalog(folder)),
    squawk: await orError('tool_missing', runSquawk(folder.scripts)),
  }
  const { catalog, squawk } = tools
  const linted: Linted = {
    ...folder,
    catalog: catalog instanceof DriftpinError ? nothingMigrated : catalog,
    squawk: squawk instanceof DriftpinError ? [] : squawk,
  }
  const rules = lintRules.filter(({ applies }) => applies?.(folder) ?? true)
  const isChecked = ({ needs }: Rule) => !needs || !(tools[needs] instanceof DriftpinError)
  const checked = rules.filter(isChecked)
  const offences = checked.flatMap((rule) =>
    [...rule.check(linted)].map((offence) => ({ rule, offence })),
  )
  const silences = folder.scripts.flatMap(silencesOf)
  const left = offences.filter(
    ({ rule, offence }) => !silences.some((one) => one.rule === rule.id && one.covers(offence)),
  )
  const wrong = silences.flatMap((silence) => wrongWith(silence, checked, offences))
  return {
    findings: inOrder([...left, ...wrong]).map(toFinding),
    files: folder.scripts.length,
    silenced: offences.length - left.length,
    unchecked: Object.entries(tools).flatMap(([tool, error]) => {
      const ids = rules.filter(({ needs }) => needs === tool).map(({ id }) => id)
      return error instanceof DriftpinError ? [{ rules: ids, error }] : []
    }),
  }
}

/** The result, or the error if it has the given code. */
async function orError<T>(code: string, work: Promise<T>): Promise<T | DriftpinError> {
  return await work.catch((error) => {
    if (error instanceof DriftpinError && error.code === code) return error
    throw error
  })
}

interface Found {
  readonly rule: Pick<Rule, 'id' | 'instead'>
  readonly offence: Offence
}

function wrongWith(silence: Silence, checked: readonly Rule[], found: readonly Found[]): Found[] {
  const { script, comment, rule } = silence
  const say = (message: string) => {
    return [{ rule: badSilence, offence: { script, at: comment.start, message } }]
  }
  if (rule === undefined) return say('This comment lacks its rule or its reason.')
  if (!lintRules.some(({ id }) => id === rule)) {
    return say(`There is no rule ${rule}; driftpin migrate lint --rules lists them.`)
  }
  // A rule that was not checked may apply here.
  if (!checked.some(({ id }) => id === rule)) return []
  const used = found.some((one) => one.rule.id === rule && silence.covers(one.offence))
  return used ? [] : say(`There is nothing here for ${rule} to find.`)
}

function inOrder(found: readonly Found[]): Found[] {
  return found.toSorted(({ offence: { script: a, at } }, { offence: { script: b, at: other } }) => {
    if (a === b) return at - other
    return a.version - b.version || (a.file < b.file ? -1 : 1)
  })
}

function toFinding({ rule, offence }: Found): LintFinding {
  const { script, at, message } = offence
  const { line, column } = script.source.placeOf(at)
  const text = script.source.lines[line - 1]!
  return { rule: rule.id, file: script.file, line, column, text, message, fix: rule.instead }
}
