import { type PGliteServer, type ServeOptions, serve } from '../../src/connections/index.js'
import { type Harness, openHarness } from '../../src/harness/index.js'

/** What the process of a test asks for. */
type Asked = { readonly id: number } & (
  | { readonly what: 'open'; readonly options: ServeOptions }
  | { readonly what: 'activity' | 'close'; readonly server: number }
  | { readonly what: 'end' }
)

const servers: PGliteServer[] = []
let opening: Promise<Harness> | undefined

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.what) {
    case 'open': {
      opening ??= openHarness({ migrations: false })
      const { pglite } = await (await opening).fork()
      const server = await serve(pglite, asked.options)
      return { server: servers.push(server) - 1, url: server.url }
    }
    case 'activity':
      return servers[asked.server]!.activity()
    case 'close':
      return servers[asked.server]!.close()
    case 'end':
      for (const server of servers) await server.close()
      await (await opening)?.close()
      return undefined
  }
}

process.on('message', async (asked: Asked) => {
  let value: unknown
  try {
    value = await answer(asked)
  } catch (error) {
    value = { why: String(error) }
  }
  process.send!({ id: asked.id, value })
  if (asked.what === 'end') process.disconnect()
})
