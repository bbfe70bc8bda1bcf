import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { DevProcess } from '../cli/dev-process.js'
import { type RealServer, startRealServer } from '../support/real-server.js'
import { openAt } from './engine.js'
import { exercise } from './exercise.js'
import { openDatabaseOf } from './open-database-of.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

exercise('driftpin dev', async () => {
  const args = ['--memory', '--port', '0', '--json']
  const dev = new DevProcess({ main, cwd: tmpdir(), args })
  const engine = openAt((await dev.ready()).url)
  const close = async () => {
    await engine.close()
    await dev[Symbol.asyncDispose]()
  }
  return { ...engine, close }
})

for (const major of [15, 16, 17]) {
  let server: RealServer
  beforeAll(async () => {
    server = await startRealServer(major)
  })
  afterAll(async () => {
    await server?.stop()
  })
  exercise(`PostgreSQL ${major}`, () => openDatabaseOf(server.url))
}
