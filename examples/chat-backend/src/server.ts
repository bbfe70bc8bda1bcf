import { resolve } from 'node:path'
import { serve } from '@hono/node-server'
import { openDatabase } from './open-database.js'
import { createRoutes } from './routes.js'

const { PORT = '8080', WORKSPACES = '.' } = process.env
const { database, close } = await openDatabase(process.env)
const { fetch } = createRoutes(database, resolve(WORKSPACES))
const server = serve({ fetch, hostname: '127.0.0.1', port: Number(PORT) }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
)

// Running requests are answered before the database is closed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => server.close(() => void close()))
}
