// Once for each release, before its backends start, as the role that owns the schema. A server
// behind a pooler is reached directly: migrations hold an advisory lock of their session.
import { applyGrants, createMigrator, fromPg } from 'driftpin'
import pg from 'pg'

const { DIRECT_DATABASE_URL, APP_ROLE, RETENTION_ROLE } = process.env
const pool = new pg.Pool({ connectionString: DIRECT_DATABASE_URL, max: 2 })
const database = fromPg(pool, { schema: 'chat' })

for (const { file } of await createMigrator(database).up()) console.log(`applied ${file}`)
// After every migration, since a new table has no rights yet.
await applyGrants(database, { appRole: APP_ROLE, retentionRole: RETENTION_ROLE })

await pool.end()
