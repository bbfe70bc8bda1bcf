import pg from 'pg'
import { expect, test } from 'vitest'
import { serve } from '../../src/connections.js'
import { openPGlite } from '../support/open-pglite.js'

test('who listens through PGlite before the first client came hears it', async () => {
  const pglite = await openPGlite()
  const server = await serve(pglite)
  const heard: string[] = []
  await pglite.listen('news', (payload) => heard.push(payload))
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query("SELECT pg_notify('news', 'early')")
  await client.end()
  expect(heard).toEqual(['early'])
  await server.close()
  await pglite.close()
})
