import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '../../src/harness/index.js'

/** The folder of the suites, with a slash at its end. */
export const suites = fileURLToPath(new URL('suites/', import.meta.url))

/** A schema of a project's own, with two boats in it. */
export const boatyard = { migrations: `${suites}migrations`, seed: `${suites}seed.sql` }

/** The names of the boats that are there. */
export async function boats(db: Pick<TestDatabase, 'query'>): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>('SELECT name FROM boats ORDER BY id')
  return rows.map(({ name }) => name)
}

/** What adds one. */
export const insert = (name: string) => async (db: Pick<TestDatabase, 'query'>) => {
  await db.query('INSERT INTO boats (name) VALUES ($1)', [name])
}
