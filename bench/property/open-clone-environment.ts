import { PGlite } from '@electric-sql/pglite'
import { digestRows } from '../../src/catalog/index.ts'
import { fromPGlite } from '../../src/database/from-pglite.ts'
import {
  type Environment,
  type Installation,
  openListener,
  schemas,
} from '../../src/laws/environment.ts'
import { openRowReader } from '../../src/laws/row-reader.ts'
import { createMigrator } from '../../src/migrations/create-migrator.ts'
import { ledgerName } from '../../src/migrations/ledger.ts'
import type { Migration } from '../../src/migrations/migration.ts'

/** An environment that begins each history with a `clone()` of a PGlite that was prepared once. */
export async function openCloneEnvironment(migrations: readonly Migration[]): Promise<Environment> {
  let prepared: PGlite = await PGlite.create()
  let current: PGlite = prepared
  // The adapters stay, whichever PGlite is behind them.
  const client = new Proxy(prepared, {
    get(_, property) {
      const value: unknown = Reflect.get(current, property)
      return typeof value === 'function' ? value.bind(current) : value
    },
  })
  // A clone listens to nothing.
  const listenAgain: (() => Promise<void>)[] = []
  const open = async (name: 'first' | 'second'): Promise<Installation> => {
    const database = fromPGlite(client, { schema: schemas[name] })
    await createMigrator(database, { migrations }).up()
    const options = { except: [ledgerName], prepared: true }
    const reader = await openRowReader(database, options)
    let listener = await openListener(database)
    listenAgain.push(async () => {
      listener = await openListener(database)
    })
    const current = { take: () => listener.take(), close: () => listener.close() }
    return { name, database, reader, listener: current }
  }
  const installations = [await open('first'), await open('second')] as const
  // A clone has another session, in which nothing is prepared.
  const { rows } = await prepared.query<{ statement: string }>(
    "SELECT statement FROM pg_prepared_statements WHERE statement ~ '^PREPARE'",
  )
  const clone = async () => {
    if (current !== prepared) await current.close()
    current = (await prepared.clone()) as PGlite
    await current.waitReady
    for (const { statement } of rows) await current.exec(statement)
    for (const listen of listenAgain) await listen()
  }
  return {
    engine: 'PGlite, cloned',
    installations,
    clock: undefined,
    reset: clone,
    async beginHere() {
      await prepared.close()
      // A clone has what is in the files, where what was rolled back need not be yet.
      await current.exec('CHECKPOINT')
      prepared = current
      await clone()
    },
    digest: async () =>
      JSON.stringify(await Promise.all(installations.map((one) => digestRows(one.database)))),
    keep: async () => 'is not kept',
    async close() {
      if (current !== prepared) await current.close()
      await prepared.close()
    },
  }
}
