import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { quoteIdentifier } from '../../src/database/names.js'
import { pinTable } from '../../src/laws/model/rows.js'
import type { RowReader } from '../../src/laws/row-reader.js'
import { filledTitle } from './chat-steps.js'
import { readPushName } from './expected-contexts.js'
import { faultsInObservation } from './faults-in-observation.js'
import { type Observation, observationStatement, observe } from './observation.js'

interface Watched {
  readonly url: string
  readonly schema: string
  readonly reader: RowReader
  readonly clock: () => number
  onFault(...faults: readonly string[]): void
}

/** Somebody who looks, again and again, at all there is in one statement. */
export interface Watch extends AsyncDisposable {
  /** The steps whose push was seen, live or pinned. */
  readonly pushes: ReadonlySet<number>
  readonly looks: number
  /** Looks once more, when nothing else goes on. */
  stop(): Promise<Observation>
}

/** Reading without a pause would take half of the server from those who are read. */
const pauseMs = 10

export function startWatch({ url, schema, reader, clock, onFault }: Watched): Watch {
  const pushes = new Set<number>()
  const text = observationStatement(schema, reader)
  const bare = bareStatement(schema, reader)
  let looks = 0
  let stopped = false
  let client: pg.Client | undefined

  const open = async () => {
    const opened = new pg.Client({ connectionString: url })
    // The next statement fails, and then there is another connection.
    opened.on('error', () => {})
    await opened.connect()
    return opened
  }
  const lookOnce = async () => {
    client ??= await open()
    const observation = await observe(client, text, clock)
    const { rows } = await client.query<{ id: string }>({ name: 'bare', text: bare })
    looks += 1
    for (const error of errorsIn(observation)) {
      const name = readPushName(error)
      if (name) pushes.add(name.step)
    }
    const faults = faultsInObservation(observation)
    faults.push(...rows.map(({ id }) => `chat ${id} was seen without all of its rows`))
    if (faults.length > 0) onFault(...faults)
    return observation
  }
  const drop = () => {
    const lost = client
    client = undefined
    return lost?.end().catch(() => {})
  }
  const watching = (async () => {
    while (!stopped) {
      // A server that restarts is looked at again when it is there.
      await lookOnce().catch(drop)
      await sleep(pauseMs)
    }
  })()
  const end = async () => {
    stopped = true
    await watching
    await drop()
  }
  return {
    pushes,
    get looks() {
      return looks
    },
    async stop() {
      await end()
      try {
        return await lookOnce()
      } finally {
        await drop()
      }
    },
    [Symbol.asyncDispose]: end,
  }
}

function* errorsIn({ agents, chats }: Observation): Generator<string> {
  for (const { error } of agents.values()) if (error !== null) yield error
  for (const { error } of chats.values()) yield error
}

/** Chats that were filled when they were made, and are without rows in one of the tables now. */
function bareStatement(schemaName: string, { catalog, chatColumns }: RowReader): string {
  const schema = quoteIdentifier(schemaName)
  // A crash takes the rows of unlogged tables.
  const unlogged = catalog.tables.filter((table) => table.unlogged).map(({ name }) => name)
  const missing = [...chatColumns]
    .filter(([table]) => table !== pinTable && !unlogged.includes(table))
    .map(
      ([table, column]) => `NOT EXISTS (SELECT FROM ${schema}.${quoteIdentifier(table)} row
        WHERE row.${quoteIdentifier(column)} = chat.id)`,
    )
  return `SELECT chat.id FROM ${schema}.chats chat
    WHERE chat.title = '${filledTitle}' AND (${missing.join(' OR ')})`
}
