// What the examples of the reference take for granted: a database, the ids of an application, and
// the packages that each is about.
declare const database: import('driftpin').Database
declare const db: import('driftpin/harness').EmbeddedTestDatabase
declare const pool: import('pg').Pool
declare const client: import('pg').PoolClient
declare const pglite: import('@electric-sql/pglite').PGlite
declare const chatId: string
declare const agentId: string
declare const newAgentId: string
declare const ownerId: string
declare const workspaceId: string
declare const buildId: string
declare const user: { readonly id: string }
declare const chatIds: readonly string[]
declare const bytes: Uint8Array<ArrayBuffer>
declare const resources: readonly import('driftpin').ResourceInput[]
declare const server: string
declare const operations: Partial<import('driftpin/laws').Operations>
declare const kysely: import('kysely').Kysely<import('driftpin').DriftpinTables>
// The functions of an application.
declare function render(...shown: unknown[]): void
declare function showPatch(source: string, before: string | null, after: string | null): void
