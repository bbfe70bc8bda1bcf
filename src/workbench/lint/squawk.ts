import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DriftpinError, messageOf } from '../../errors.js'
import type { LintedScript, Offence } from './linted-script.js'
import { tablesMadeBy } from './syntax-tree.js'

/** A problem that squawk reports, with squawk's name of its rule. */
export interface SquawkProblem extends Offence {
  readonly squawkRule: string
}

/** What squawk prints. Lines count from 0, and columns count bytes from 0. */
interface Printed {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  readonly rule_name: string
}

const require = createRequire(import.meta.url)

const outputBytesMax = 256 * 1024 * 1024

/** The runner waits for locks for a short time and runs a file in a transaction. */
const config = 'assume_in_transaction = true\n'

/**
 * Checks files with squawk, a linter for migrations of PostgreSQL that is an optional peer. It
 * reads copies, so that no configuration of squawk in the project applies, and so that it reports
 * tables that a file creates, which may be in use: the copies do not contain those statements.
 *
 * @throws DriftpinError `tool_missing` where squawk is not installed, or has no program for this
 * platform, with the command that installs it.
 */
export async function runSquawk(scripts: readonly LintedScript[]): Promise<SquawkProblem[]> {
  const program = findSquawk()
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-lint-'))
  try {
    await writeFile(join(folder, '.squawk.toml'), config)
    for (const [index, script] of scripts.entries()) {
      await writeFile(join(folder, `${index}.sql`), withoutTables(script))
    }
    const printed: Printed[] = scripts.length > 0 ? JSON.parse(await run(program, folder)) : []
    return printed.flatMap((one) => toProblem(scripts[Number.parseInt(one.file, 10)]!, one) ?? [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The text of a file in which statements that create tables are blank, with the same places. */
function withoutTables({ source, statements }: LintedScript): string {
  const bytes = Buffer.from(source.slice(0))
  for (const { node, start, end } of statements) {
    if (tablesMadeBy(node).length === 0) continue
    for (let at = start; at < end; at++) if (bytes[at] !== 10) bytes[at] = 32
  }
  return bytes.toString()
}

function findSquawk(): string {
  try {
    return require.resolve('squawk-cli/js/bin/squawk')
  } catch (error) {
    throw missing('it is not installed', error)
  }
}

async function run(program: string, folder: string): Promise<string> {
  const args = [program, '--reporter', 'json', '*.sql']
  const options = { cwd: folder, maxBuffer: outputBytesMax }
  try {
    return (await promisify(execFile)(process.execPath, args, options)).stdout
  } catch (error) {
    // It exits with 1 for findings as well as for a program that is missing.
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    if (stdout.startsWith('[')) return stdout
    throw missing(stderr.trim() || messageOf(error), error)
  }
}

function toProblem(
  script: LintedScript,
  { line, column, message, rule_name: squawkRule }: Printed,
): SquawkProblem | undefined {
  const at = script.source.byteOf(line + 1) + column
  const [, word, , after] = script.tokens.filter(({ start }) => start >= at).map(({ text }) => text)
  const kind = word === 'constraint' ? after : word
  // UNIQUE and PRIMARY KEY cannot be NOT VALID, which one rule of squawk asks for nevertheless.
  const isOfIndex =
    squawkRule === 'constraint-missing-not-valid' && /^(unique|primary)$/.test(kind!)
  return isOfIndex ? undefined : { script, at, message, squawkRule }
}

function missing(why: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'tool_missing',
    `squawk cannot be run: ${why}. Install it with: npm install --save-dev squawk-cli`,
    cause,
  )
}
