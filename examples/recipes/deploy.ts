// Run this once per release, before its backends start, as the role that owns the schema. Connect
// directly, not through a pooler: migrations hold an advisory lock of their session.
import { applyGrants, createMigrator, fromPg } from 'driftpin'
import pg from 'pg'

const { DIRECT_DATABASE_URL, APP_ROLE, RETENTION_ROLE } = process.env
const pool = new pg.Pool({ connectionString: DIRECT_DATABASE_URL, max: 2 })
const database = fromPg(pool, { schema: 'chat' })

for (const { file } of await createMigrator(database).up()) console.log(`applied ${file}`)
// Needed after every migration, because a new table has no rights yet.
await applyGrants(database, { appRole: APP_ROLE, retentionRole: RETENTION_ROLE })

await pool.end()
