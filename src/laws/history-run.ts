import type fc from 'fast-check'
import type { Queryable } from '../database/index.js'
import type { TestClock } from '../harness/index.js'
import { ledgerName, type Migration } from '../migrations/index.js'
import { idDigits, owners, unknownId } from './choices.js'
import type { Environment, Installation } from './environment.js'
import { createModel, type Model } from './model/model.js'
import { modelTables, sharedTables } from './model/rows.js'
import type { Time } from './model/time.js'
import type { View } from './operation.js'
import type { Operations } from './own-operations.js'
import type { Rows } from './row-reader.js'

/** The parameters and the counters of all histories of a run. */
export interface HistorySetting {
  readonly environment: Environment
  readonly operations: Operations
  readonly migrations: readonly Migration[]
  readonly coverage: Coverage
  /** Commands that were done, those in transactions included, and laws that were checked. */
  readonly counts: { commands: number; laws: number }
}

/** A database, or a transaction on it, beside the model that says what it should contain. */
export interface ModelledDatabase extends Installation {
  /** The database, or a transaction on it. */
  readonly queryable: Queryable
  /** The notifications that the commit will send; undefined outside of a transaction. */
  readonly pending?: string[]
  model: Model
  /** The rows that were read last. */
  rows: Rows
}

/** One step of a history, without anything that differs between engines by nature. */
export interface TraceEntry {
  /** The line of the history. */
  readonly says: string
  /** The answer, or the code of the refusal and its SQLSTATE. */
  readonly answer: string
  readonly notifications: readonly string[]
  readonly rows: Rows
}

/** One run of a history. */
export interface HistoryRun extends Omit<HistorySetting, 'environment'> {
  readonly installations: readonly [ModelledDatabase, ModelledDatabase]
  /** The clock of the database, if it can be set. */
  readonly clock: TestClock | undefined
  now: Time
  /** What was done so far, one line per move. */
  readonly said: string[]
  /** The names of ids in reports. */
  readonly names: Map<string, string>
  /** All steps, if they are to be compared with those of another engine. */
  readonly trace?: TraceEntry[]
}

/**
 * A command of a history, as fast-check runs and shrinks it.
 *
 * @example
 * ```ts
 * const say = (commands: Iterable<HistoryCommand>) => [...commands].map(String).join('\n')
 * console.log(say(fc.sample(history(), 1)[0]!))
 * ```
 */
export type HistoryCommand = fc.AsyncCommand<HistoryRun, HistoryRun>

/** Begins a line about the second installation. */
export const inSecond = 'in the second schema: '

/** Shortly before many time zones change their offsets, which must not change retention. */
export const startTime: Time = '2026-03-07T12:00:00.000000Z'

/** A run in which nothing has happened yet. */
export function createRun({ environment, ...setting }: HistorySetting): HistoryRun {
  const [first, second] = environment.installations
  const { clock } = environment
  const installations = [withModel(first), withModel(second)] as const
  const names = new Map([[unknownId, 'an unknown id'], ...owners.map(named)])
  return { ...setting, installations, clock, now: startTime, said: [], names }
}

const named = (id: string, index: number) => [id, `owner ${index + 1}`] as const

function withModel(installation: Installation): ModelledDatabase {
  const { tables } = installation.reader.catalog
  const rows = new Map(tables.map(({ name }) => [name, new Map()]))
  return { ...installation, queryable: installation.database, model: createModel(), rows }
}

/**
 * The state in which an operation chooses its arguments.
 *
 * @param options.peek True if the operation is not done: its new ids get no names.
 */
export function viewOf(run: HistoryRun, at: ModelledDatabase, { peek = false } = {}): View {
  const { names, migrations, now } = run
  const tables = at.reader.catalog.tables.map(({ name }) => name)
  const isHosts = (table: string) =>
    table !== ledgerName && (!modelTables.has(table) || sharedTables.has(table))
  return {
    ...{ model: at.model, now, migrations, hostTables: tables.filter(isHosts) },
    newId(what, order = 0) {
      const count = countNamed(names, what) + 1
      const prefix = order.toString(16).padStart(8, '0')
      const id = `${prefix}-0000-4000-8000-${idDigits[what]}${String(count).padStart(11, '0')}`
      const where = at.name === 'second' ? ' of the second schema' : ''
      if (!peek) names.set(id, `${what} ${count}${where}`)
      return id
    },
  }
}

/** How many rows of a kind have names. */
export const countNamed = (names: ReadonlyMap<string, string>, what: string): number =>
  [...names.values()].filter((name) => name.startsWith(`${what} `)).length

/** A text in which every id that has a name is replaced by it. */
export function withNames({ names }: HistoryRun, text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => names.get(id) ?? id)
}

/**
 * How often a command was chosen, and with which result.
 *
 * @example
 * ```ts
 * const share = ({ refused, done }: CommandCoverage) => refused / Math.max(done + refused, 1)
 * ```
 */
export interface CommandCoverage {
  /** How often it was in a history. */
  chosen: number
  /** How often the state had something that it could be applied to. */
  done: number
  /** How often it was refused, as the model predicted. */
  refused: number
  /** How often a failure was injected into it. */
  failed: number
  /** By variant, such as what a push repeats, or the limit that it is at. */
  readonly variants: Map<string, number>
}

/**
 * What the histories exercised, by command.
 *
 * @example
 * ```ts
 * const { coverage } = await checkHistories({ seed: 1, runs: 4 })
 * const never = (all: Coverage) => [...all].filter(([, { done }]) => done === 0)
 * console.log(never(coverage))
 * ```
 */
export type Coverage = Map<string, CommandCoverage>

export function coverageOf(coverage: Coverage, command: string): CommandCoverage {
  const known = coverage.get(command)
  if (known) return known
  const made = { chosen: 0, done: 0, refused: 0, failed: 0, variants: new Map() }
  coverage.set(command, made)
  return made
}

/** Counts a command that was done, also if it was refused or made to fail. */
export function countDone(
  coverage: Coverage,
  command: string,
  { result, variant }: { result?: 'refused' | 'failed' | undefined; variant?: string | undefined },
): void {
  const counted = coverageOf(coverage, command)
  counted.done += 1
  if (result) counted[result] += 1
  if (variant) counted.variants.set(variant, (counted.variants.get(variant) ?? 0) + 1)
}
