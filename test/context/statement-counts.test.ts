import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Database,
  hydrate,
  purge,
  push,
  rebindWorkspace,
  refresh,
  refreshAgent,
} from '../../src/index.js'
import { engineNames, recording, useEngine } from '../support/engines.js'
import { type MadeAgent, makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'

/** An agent with as many resources as it has chats. */
interface Made extends MadeAgent {
  readonly chats: string[]
  version: number
}

async function makeChats(database: Database, count: number): Promise<Made> {
  const agent = await makeAgent(database)
  const { rows } = await database.query<{ id: string }>(
    `INSERT INTO "${database.schema}".chats
       (owner_id, workspace_id, agent_id, updated_at, context_follows)
     SELECT $1, $2, $3, '2020-01-01', '{}' FROM generate_series(1, $4) RETURNING id`,
    [agent.ownerId, agent.workspaceId, agent.agentId, count],
  )
  return { ...agent, chats: rows.map(({ id }) => id), version: 0 }
}

describe.each(engineNames)('the number of statements on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  let all: Made[]
  beforeAll(async () => {
    database = await engine.install()
    all = [await makeChats(database, 1), await makeChats(database, 50)]
  })

  const pushTo = (database: Database, made: Made, tag: string) => {
    made.version += 1
    const { agentId, version, chats } = made
    const resources = makeResources(chats.length, tag)
    return push(database, { agentId, version, resources, notify: true })
  }

  /** Holds the number of statements for one chat against the number for many. */
  async function expectSame(
    operation: (database: Database, made: Made) => Promise<unknown>,
    prepare: (made: Made) => Promise<unknown> = async () => {},
  ): Promise<void> {
    const counts: number[] = []
    for (const made of all) {
      await prepare(made)
      const texts: string[] = []
      await operation(recording(database, texts), made)
      counts.push(texts.length)
    }
    expect(counts[1]).toBe(counts[0])
    expect(counts[0]).toBeGreaterThan(1)
  }

  const changed = (made: Made, chats: readonly { readonly id: string }[]) => {
    expect(chats.map(({ id }) => id)).toStrictEqual(made.chats.toSorted())
  }

  test('of a push that hydrates chats is the same however many there are', async () => {
    await expectSame(async (database, made) => {
      changed(made, (await pushTo(database, made, 'one')).hydrated)
    })
  })

  test('of a push that dirties chats is the same however many there are', async () => {
    await expectSame(async (database, made) => {
      changed(made, (await pushTo(database, made, 'two')).dirtied)
    })
  })

  test('of a push that settles chats is the same however many there are', async () => {
    await expectSame(async (database, made) => {
      changed(made, (await pushTo(database, made, 'one')).settled)
    })
  })

  test('of a push that chats follow is the same however many there are', async () => {
    const follow = (follows: string) => (made: Made) =>
      database.query(
        `UPDATE "${database.schema}".chats SET context_follows = $2 WHERE agent_id = $1`,
        [made.agentId, follows],
      )
    await expectSame(async (database, made) => {
      changed(made, (await pushTo(database, made, 'three')).followed)
    }, follow('{instruction_file}'))
    for (const made of all) await follow('{}')(made)
    for (const made of all) await pushTo(database, made, 'one')
  })

  test('of a push that changes nothing is the same however many there are', async () => {
    await expectSame((database, made) => pushTo(database, made, 'one'))
  })

  test('of a hydration is the same however many there are', async () => {
    const unpinAll = ({ agentId }: Made) =>
      database.query(
        `UPDATE "${database.schema}".chats SET context_hashes = NULL WHERE agent_id = $1`,
        [agentId],
      )
    await expectSame(async (database, made) => {
      changed(made, (await hydrate(database, { agentId: made.agentId, notify: true })).hydrated)
    }, unpinAll)
  })

  test('of a refresh is the same however many resources there are', async () => {
    const drift = (made: Made) => pushTo(database, made, 'other')
    await expectSame(async (database, made) => {
      const done = await refresh(database, { chatId: made.chats[0]!, notify: true })
      expect(done.added + done.replaced + done.removed).toBeGreaterThan(0)
    }, drift)
  })

  test('of refreshing the chats of an agent is the same however many there are', async () => {
    const drift = (made: Made) => pushTo(database, made, 'again')
    await expectSame(async (database, { agentId, ...made }) => {
      const { refreshed } = await refreshAgent(database, { agentId, notify: true })
      changed({ agentId, ...made }, refreshed)
    }, drift)
  })

  test.each([false, true])('of rebinding, refresh: %s, is the same', async (refreshing) => {
    const { agentId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: makeResources(5, `${refreshing}`) })
    await expectSame(async (database, made) => {
      // Binding moves the chats to the agent's workspace, which is where the next run finds them.
      const { rows } = await database.query<{ id: string }>(
        `SELECT workspace_id AS id FROM "${database.schema}".chats WHERE id = $1`,
        [made.chats[0]],
      )
      const params = { agentId, refresh: refreshing, notify: true, sharedWorkspace: true }
      await rebindWorkspace(database, { workspaceId: rows[0]!.id, ...params })
    })
  })

  test('of a purge is the same however many chats there are', async () => {
    const archiveAll = ({ chats }: Made) =>
      database.query(
        `UPDATE "${database.schema}".chats SET archived = true WHERE id = ANY ($1::uuid[])`,
        [chats],
      )
    await expectSame(async (database, made) => {
      const { purged } = await purge(database, { before: '2020-01-02T00:00:00Z', notify: true })
      changed(made, purged)
    }, archiveAll)
  })
})
