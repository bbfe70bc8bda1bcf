import type { Database, Queryable } from '../database/index.js'
import type { TestClock } from '../harness/index.js'
import { ledgerName, type Migration } from '../migrations/index.js'
import type { Coverage } from './coverage.js'
import type { Ear } from './ear.js'
import type { Traced } from './engines/traced.js'
import type { GroundInstall } from './ground.js'
import { createModel, type Model, type Time } from './model/model.js'
import { modelTables, sharedTables } from './model/rows.js'
import type { View } from './move.js'
import type { Operations } from './operations.js'
import type { RowReader, Rows } from './row-reader.js'
import type { Counts } from './run-history.js'

/** Where a step happens: an installation, or a transaction on one, with a state of its own. */
export interface Site {
  /** One of two installations of the schema in one database. */
  readonly name: 'first' | 'second'
  readonly database: Database
  /** The database, or a transaction on it. */
  readonly queryable: Queryable
  readonly reader: RowReader
  readonly ear: Ear
  /** What listeners have to hear after the commit; undefined outside of a transaction. */
  readonly unheard?: string[]
  model: Model
  /** What was last seen to be there. */
  rows: Rows
}

/** Everything that one history is about. */
export interface World {
  readonly installs: readonly [Site, Site]
  readonly operations: Operations
  readonly migrations: readonly Migration[]
  /** The time of SQL, where it can be set. */
  readonly clock: TestClock | undefined
  readonly coverage: Coverage
  readonly counts: Counts
  now: Time
  /** What was done so far, one line a move. */
  readonly said: string[]
  readonly names: Map<string, string>
  /** Every step, where it is to be compared with what another engine did. */
  readonly trace?: Traced[]
}

/** How a line about the second installation begins. */
export const inSecond = 'in the second schema: '

/** Soon after it the offsets of many time zones change, which a day of retention must not see. */
export const startTime: Time = '2026-03-07T12:00:00.000000Z'

/** The state of an installation without a row. */
export function createInstall(parts: GroundInstall): Site {
  const rows = new Map([...parts.reader.catalog.tables].map(({ name }) => [name, new Map()]))
  return { ...parts, queryable: parts.database, model: createModel(), rows }
}

const letters = { workspace: 'e', build: 'b', agent: 'a', chat: 'c' } as const

/**
 * What commands see at a site.
 *
 * @param options.peek Looks only: what is named then is named again when it is done.
 */
export function viewOf(world: World, site: Site, { peek = false } = {}): View {
  const { names, migrations, now } = world
  const { reader, name } = site
  const tables = reader.catalog.tables.map((table) => table.name)
  return {
    model: site.model,
    now,
    migrations,
    hostTables: tables.filter(
      (table) => table !== ledgerName && (!modelTables.has(table) || sharedTables.has(table)),
    ),
    nameOf: (id) => names.get(id) ?? 'nobody',
    newId(what, order = 0) {
      const letter = letters[what]
      const count = [...names.values()].filter((one) => one.startsWith(`${what} `)).length + 1
      const prefix = order.toString(16).padStart(8, '0')
      const id = `${prefix}-0000-4000-8000-${letter}${String(count).padStart(11, '0')}`
      const where = name === 'second' ? ' of the second schema' : ''
      if (!peek) names.set(id, `${what} ${count}${where}`)
      return id
    },
  }
}

/** Names in place of ids, wherever they stand in a text. */
export function withNames({ names }: World, text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => names.get(id) ?? id)
}
