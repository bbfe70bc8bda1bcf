import { afterAll, beforeAll } from 'vitest'
import {
  type DatabaseMark,
  type EmbeddedTestDatabase,
  type Harness,
  openHarness,
} from '../../src/harness/index.js'
import {
  addMessages,
  bind,
  createChat,
  type Database,
  diff,
  listPins,
  prompt,
  push,
} from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeResources } from '../context/make-resources.js'
import { useEngine } from '../support/engines.js'

/** Where properties of the operations are run: on the harness, and where a server may differ. */
export const places = ['the harness', 'PostgreSQL 14', 'PostgreSQL 18'] as const

type Place = (typeof places)[number]

/** A database with driftpin's tables, for the tests of the enclosing `describe`. */
export interface UsedDatabase {
  readonly database: Database
  /** Puts it back to how it began, where that can be done: runs make agents of their own. */
  rewind(): Promise<void>
  /** So many runs on the harness, and a quarter of them on a server. */
  share(runs: number): number
}

export function useDatabase(place: Place): UsedDatabase {
  return place === 'the harness' ? useHarness() : useServer(place)
}

/** Calls what the properties call. */
async function runOnce(database: Database): Promise<void> {
  const { agentId, ownerId } = await makeAgent(database)
  for (const version of [1, 2]) {
    await push(database, { agentId, version, resources: makeResources(6, `${version}`) })
    const { chat } = await createChat(database, { ownerId, agentId })
    const { id: chatId } = chat
    await addMessages(database, { chatId, messages: [{ role: 'user' }] })
    await bind(database, { chatId, agentId })
    await listPins(database, { chatId })
    await diff(database, { chatId })
    await prompt(database, { chatId })
  }
}

function useHarness(): UsedDatabase & { readonly database: EmbeddedTestDatabase } {
  let harness: Harness
  let db: EmbeddedTestDatabase
  let mark: DatabaseMark
  beforeAll(async () => {
    harness = await openHarness()
    db = await harness.createDatabase()
    // A rewind takes back what the session has learned of the catalog too, and to learn it again
    // takes most of a short run: every run begins behind one.
    await runOnce(db)
    mark = await db.mark()
  })
  afterAll(() => harness.close())
  return {
    get database() {
      return db
    },
    rewind: () => db.rewind(mark),
    share: (runs) => runs,
  }
}

function useServer(place: Exclude<Place, 'the harness'>): UsedDatabase {
  const engine = useEngine(place)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })
  return {
    get database() {
      return database
    },
    rewind: async () => {},
    share: (runs) => Math.ceil(runs / 4),
  }
}
