import { DriftpinError } from '../../errors.js'
import { badSilence } from './bad-silence.js'
import type { Finding } from './finding.js'
import type { LintOptions } from './lint-options.js'
import { lintRules } from './lint-rules.js'
import { type LintedFolder, readLintedFolder } from './linted-folder.js'
import { loadParser } from './load-parser.js'
import { type MigratedCatalog, migrateToCatalog } from './migrated-catalog.js'
import type { Offence, Rule } from './rule.js'
import { type Silence, silencesOf } from './silence.js'

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
  /** By number, file, line and column. Those that a comment silences are left out. */
  readonly findings: readonly Finding[]
  /** How many files were read. */
  readonly files: number
  /** How many places a comment allows to break a rule. */
  readonly silenced: number
  /** The rules that need a migrated database, where the migrations did not run on one. */
  readonly unchecked:
    | { readonly rules: readonly string[]; readonly error: DriftpinError }
    | undefined
}

/**
 * Holds a folder of SQL migrations against what is dangerous in production: every file is read by
 * PostgreSQL's own grammar, and all of them are run on an embedded database, whose catalog is
 * asked. Nothing is written anywhere. `driftpin migrate lint --rules` lists the rules.
 *
 * A place is silenced by a comment on a line of its own in front of it, in front of a statement or
 * inside of one: `-- driftpin-lint: allow RULE because REASON`.
 *
 * @throws DriftpinError `tool_missing` where libpg-query is not installed; `invalid_input` where an
 * option is wrong; `migration_invalid` for a file that is no SQL, with line and column; and what
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
  const migrated = await migrateToCatalog(folder).catch((error) => {
    if (error instanceof DriftpinError && error.code === 'migration_failed') return error
    throw error
  })
  const failure = migrated instanceof DriftpinError ? migrated : undefined
  const catalog = migrated instanceof DriftpinError ? undefined : migrated
  const rules = lintRules.filter(({ applies }) => applies?.(folder) ?? true)
  const offences = rules.flatMap((rule) => check(rule, folder, catalog))
  const silences = folder.scripts.flatMap(silencesOf)
  const left = offences.filter(
    ({ rule, offence }) => !silences.some((one) => one.rule === rule.id && one.covers(offence)),
  )
  const checked = rules.filter(({ needsCatalog }) => !needsCatalog || catalog)
  const wrong = silences.flatMap((silence) => wrongWith(silence, checked, offences))
  return {
    findings: inOrder([...left, ...wrong]).map(toFinding),
    files: folder.scripts.length,
    silenced: offences.length - left.length,
    unchecked: failure && {
      rules: rules.filter((rule) => !checked.includes(rule)).map(({ id }) => id),
      error: failure,
    },
  }
}

interface Found {
  readonly rule: Pick<Rule, 'id' | 'instead'>
  readonly offence: Offence
}

function check(rule: Rule, folder: LintedFolder, catalog: MigratedCatalog | undefined): Found[] {
  if (!rule.needsCatalog) {
    return [...rule.check(folder, catalog)].map((offence) => ({ rule, offence }))
  }
  return catalog ? [...rule.check(folder, catalog)].map((offence) => ({ rule, offence })) : []
}

function wrongWith(silence: Silence, checked: readonly Rule[], found: readonly Found[]): Found[] {
  const { script, comment, rule } = silence
  const say = (message: string) => {
    return [{ rule: badSilence, offence: { script, at: comment.start, message } }]
  }
  if (rule === undefined) return say('This silence lacks its rule, or its reason.')
  if (!lintRules.some(({ id }) => id === rule)) {
    return say(`There is no rule ${rule}; driftpin migrate lint --rules lists them.`)
  }
  // A rule that was not checked may well have something here.
  if (!checked.some(({ id }) => id === rule)) return []
  const used = found.some((one) => one.rule.id === rule && silence.covers(one.offence))
  return used ? [] : say(`There is nothing here for ${rule} to find.`)
}

function inOrder(found: readonly Found[]): Found[] {
  return found.toSorted(({ offence: a }, { offence: b }) => {
    const byVersion = a.script.version - b.script.version
    if (byVersion !== 0) return byVersion
    if (a.script !== b.script) return a.script.file < b.script.file ? -1 : 1
    return a.at - b.at
  })
}

function toFinding({ rule, offence }: Found): Finding {
  const { script, at, message, fix = rule.instead } = offence
  const { line, column } = script.source.placeOf(at)
  const text = script.source.textOf(line)
  return { rule: rule.id, file: script.file, line, column, text, message, fix }
}
