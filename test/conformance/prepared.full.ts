import { afterAll, beforeAll } from 'vitest'
import { fromSchemaSql, reversed, shuffled } from '../support/preparations.js'
import { type RealServer, startRealServer } from '../support/real-server.js'
import { serverUrl } from '../support/server-url.js'
import { openEmbedded, prepared } from './engine.js'
import { exercise } from './exercise.js'
import { exercisePrepared } from './exercise-prepared.js'

for (const preparation of [fromSchemaSql, reversed, ...[3, 4, 5, 6].map(shuffled)]) {
  exercise(`PGlite ${preparation.name}`, prepared(openEmbedded, preparation))
}

let server: RealServer
beforeAll(async () => {
  server = await startRealServer(15)
})
afterAll(async () => {
  await server?.stop()
})
exercisePrepared(14, () => serverUrl(14))
exercisePrepared(15, () => server.url)
exercisePrepared(18, () => serverUrl(18))
