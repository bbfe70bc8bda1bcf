import { sqlState } from '../../src/database/sql-state.js'
import {
  archive,
  type Database,
  push,
  type Queryable,
  refresh,
  type Transaction,
} from '../../src/index.js'
import type { Operations } from '../../src/laws/index.js'
import { interceptQueries } from '../../src/laws/intercept.js'

/** Something wrong that races have to find. */
export interface RaceDefect {
  readonly name: string
  /** The laws that may find it first, by what else is in the race. */
  readonly laws: readonly string[]
  readonly operations?: Partial<Operations>
  readonly prepare?: (database: Database) => Promise<void>
}

type Change = (text: string) => string

/** What it has on its first line to be called by. */
const isCalled = (text: string, name: string) => text.startsWith(`-- driftpin: ${name}\n`)

function changed(text: string, change: Change): string {
  const made = change(text)
  if (made === text) throw new Error(`There is nothing to change in this statement:\n${text}`)
  return made
}

/** A queryable in which one statement of the operations is another. */
export const rewriting = <Q extends Queryable>(queryable: Q, name: string, change: Change): Q =>
  interceptQueries(queryable, (text, values, send) =>
    send(isCalled(text, name) ? changed(text, change) : text, values),
  )

/** A transaction that ends when it is told to, not when a callback returns. */
async function begin(queryable: Queryable) {
  let commit = () => {}
  const told = new Promise<void>((resolve) => {
    commit = resolve
  })
  let over: Promise<void> = Promise.resolve()
  const transaction = await new Promise<Transaction>((resolve, reject) => {
    over = queryable.transaction(async (opened) => {
      resolve(opened)
      await told
    })
    over.catch(reject)
  })
  return {
    transaction,
    end: async () => {
      commit()
      await over
    },
  }
}

/** A queryable that commits behind one statement of a transaction, and goes on in another. */
function splitting(queryable: Queryable, name: string): Queryable {
  return {
    ...queryable,
    async transaction(work) {
      let current = await begin(queryable)
      const inner: Queryable = {
        kind: 'transaction',
        schema: queryable.schema,
        async query<Row>(text: string, values?: readonly unknown[]) {
          const result = await current.transaction.query<Row>(text, values)
          if (isCalled(text, name)) {
            await current.end()
            current = await begin(queryable)
          }
          return result
        },
        script: (text) => current.transaction.script(text),
        transaction: (within) => current.transaction.transaction(within),
      }
      try {
        const result = await work(inner as Transaction)
        await current.end()
        return result
      } catch (error) {
        await current.end().catch((failed: unknown) => {
          if (sqlState(failed) !== undefined) throw failed
        })
        throw error
      }
    },
  }
}

const rewritten =
  <Params, Answer>(
    operation: (queryable: Queryable, params: Params) => Promise<Answer>,
    name: string,
    change: Change,
  ) =>
  (queryable: Queryable, params: Params) =>
    operation(rewriting(queryable, name, change), params)

/** What the concurrent part exists to find: nothing of it shows where one thing follows another. */
export const raceDefects: readonly RaceDefect[] = [
  {
    name: 'a push that does not lock its agent',
    laws: ['Agreement', 'Atomicity', 'Gate', 'Drift', 'Hashes', 'Linearizability'],
    operations: {
      push: rewritten(push, 'lock agent for update', (text) => text.replace('FOR UPDATE OF a', '')),
    },
  },
  {
    name: 'a refresh in two transactions',
    laws: ['Hashes', 'Atomicity', 'Clean end'],
    operations: {
      refresh: (queryable, params) => refresh(splitting(queryable, 'stamp live context'), params),
    },
  },
  {
    name: 'a push whose snapshot is written after the commit of its resources',
    laws: ['Hashes', 'Agreement'],
    operations: {
      push: (queryable, params) => push(splitting(queryable, 'write differing resources'), params),
    },
  },
]

/** A table that keeps the rows of chats that are gone, because it has no key to them. */
const withoutKey = (table: string): RaceDefect => ({
  name: `${table} without a key to chats`,
  laws: ['Cascade'],
  prepare: async ({ schema, query, script }) => {
    const { rows } = await query<{ name: string }>(
      `SELECT conname AS name FROM pg_catalog.pg_constraint
       WHERE contype = 'f' AND conrelid = '"${schema}".${table}'::regclass`,
    )
    await script(`ALTER TABLE "${schema}".${table} DROP CONSTRAINT ${rows[0]!.name}`)
  },
})

/** One for each of the other laws, to see that it looks. */
export const furtherDefects: readonly RaceDefect[] = [
  {
    name: 'a gate that lets the stored version in',
    laws: ['Gate'],
    operations: {
      push: rewritten(push, 'compare with stored snapshot', (text) =>
        text.replace('<= stored.version', '< stored.version'),
      ),
    },
  },
  {
    name: 'a push that moves the pinned hashes of chats',
    // Where a refresh is under way, what is seen is a hash beside the pins of another push.
    laws: ['Stability', 'Hashes', 'Atomicity'],
    operations: {
      push: rewritten(push, 'stamp and mark chats', (text) =>
        text.replace('WHEN chat.context_hashes IS NULL THEN', 'WHEN true THEN'),
      ),
    },
  },
  withoutKey('chat_messages'),
  withoutKey('chat_heartbeats'),
  {
    name: 'an archiving that leaves the time of its chat',
    laws: ['Linearizability'],
    operations: {
      archive: rewritten(archive, 'set archived', (text) =>
        text.replace('coalesce(', 'coalesce(updated_at, '),
      ),
    },
  },
  {
    name: 'a refresh that keeps a lock',
    laws: ['Clean end'],
    operations: {
      async refresh(queryable, params) {
        await queryable.query('SELECT pg_advisory_lock_shared(1)')
        return await refresh(queryable, params)
      },
    },
  },
  {
    name: 'a refresh that locks its chat before its agent, and is not tried again',
    laws: ['Clean end'],
    operations: {
      refresh: (queryable, params) =>
        queryable.transaction(async (transaction) => {
          const chats = `"${transaction.schema}".chats`
          await transaction.query(`SELECT FROM ${chats} WHERE id = $1 FOR UPDATE`, [params.chatId])
          return await refresh(transaction, params)
        }),
    },
  },
]
