import {
  type PGliteServer,
  type PGliteSource,
  type ServeOptions,
  serve,
} from '../../src/connections.js'
import { type Harness, openHarness } from '../../src/harness/index.js'

/** What the process of a test asks for. */
type Asked = { readonly id: number } & (
  | { readonly what: 'open'; readonly options: ServeOptions; readonly again: number | undefined }
  | { readonly what: 'activity' | 'close' | 'drop'; readonly server: number }
  | { readonly what: 'end' }
)

const servers: { readonly server: PGliteServer; readonly source: PGliteSource }[] = []
let opening: Promise<Harness> | undefined

async function open(options: ServeOptions, again: number | undefined): Promise<unknown> {
  opening ??= openHarness({ migrations: false })
  const source = servers[again ?? -1]?.source ?? (await (await opening).createDatabase())
  const server = await serve('pglite' in source ? source.pglite : source, options)
  return { server: servers.push({ server, source }) - 1, url: server.url }
}

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.what) {
    case 'open':
      return open(asked.options, asked.again)
    case 'activity':
      return servers[asked.server]!.server.activity()
    case 'close':
      return servers[asked.server]!.server.close()
    case 'drop': {
      const { server, source } = servers[asked.server]!
      await server.close()
      return 'close' in source ? source.close() : undefined
    }
    case 'end':
      for (const { server } of servers) await server.close()
      await (await opening)?.close()
      return undefined
  }
}

process.on('message', async (asked: Asked) => {
  let value: unknown
  try {
    value = await answer(asked)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    value = { why: `${code} ${message}` }
  }
  process.send!({ id: asked.id, value })
  if (asked.what !== 'end') return
  process.off('disconnect', abandon)
  process.disconnect()
})

/** The tests have gone without a word: nobody else will end this. */
const abandon = () => process.exit(1)
process.on('disconnect', abandon)
