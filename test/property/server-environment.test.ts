import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { createMigrator, type Database } from '../../src/index.js'
import type { Environment } from '../../src/laws/environment.js'
import { openServerEnvironment } from '../../src/laws/server-environment.js'
import { ourMigrations as migrations } from '../support/our-migrations.js'
import { useRaceServer } from './race-server.js'

// Every history on a server begins with the schema as it was installed, and without any row.

const server = useRaceServer(18)

/** A log of deleted workspaces, which a DELETE of all rows would fill. */
const logDeletions = ({ schema, script }: Database) =>
  script(`CREATE TABLE "${schema}".log (id uuid PRIMARY KEY);
    CREATE FUNCTION "${schema}".log() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN EXECUTE format('INSERT INTO %I.log VALUES ($1)', TG_TABLE_SCHEMA) USING OLD.id;
            RETURN OLD; END $$;
    CREATE TRIGGER log AFTER DELETE ON "${schema}".workspaces
      FOR EACH ROW EXECUTE FUNCTION "${schema}".log()`)

const addWorkspace = ({ schema, query }: Database) =>
  query(`INSERT INTO "${schema}".workspaces (owner_id, name) VALUES (gen_random_uuid(), 'shop')`)

async function countRows({ installations: [{ reader, database }] }: Environment): Promise<number> {
  const rows = await reader.read(database)
  return [...rows.values()].reduce((sum, table) => sum + table.size, 0)
}

test('a trigger leaves no rows of an earlier history', async () => {
  const environment = await openServerEnvironment({
    ...{ server: server.url, migrations },
    prepare: logDeletions,
  })
  const [{ database }] = environment.installations
  await addWorkspace(database)
  expect(await countRows(environment)).toBe(1)
  await environment.reset()
  expect(await countRows(environment)).toBe(0)
  await environment.close()
})

let environment: Environment
beforeAll(async () => {
  environment = await openServerEnvironment({ server: server.url, migrations })
})
afterAll(() => environment.close())

test.each<[string, (database: Database) => Promise<unknown>]>([
  ['no change', async () => {}],
  ['rows', addWorkspace],
  ['a migration that was reverted', (database) => createMigrator(database, { migrations }).down()],
  [
    'a migration that was reverted and applied again, and a constraint',
    async (database) => {
      const migrator = createMigrator(database, { migrations })
      await migrator.down()
      await migrator.up()
      const messages = `"${database.schema}".chat_messages`
      await database.script(`ALTER TABLE ${messages} DROP CONSTRAINT chat_messages_chat_id_fkey`)
    },
  ],
  ['a table', ({ schema, script }) => script(`CREATE TABLE "${schema}".more ()`)],
  ['a column', ({ schema, script }) => script(`ALTER TABLE "${schema}".chats DROP title`)],
  ['an index', ({ schema, script }) => script(`CREATE INDEX ON "${schema}".chats (title)`)],
])('a reset after %s returns to the start', async (_, change) => {
  const [{ database, reader }] = environment.installations
  await change(database)
  await environment.reset()
  expect(await readCatalog(database)).toEqual(reader.catalog)
  expect(await countRows(environment)).toBe(0)
})
