import { quoteIdentifier } from '../../../src/database/names.js'
import { DriftpinError, type PushParams, type Queryable } from '../../../src/index.js'
import type { Operations } from '../../../src/laws/index.js'
import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'

const { push, refresh } = ownOperations

/** What a push does first, committed before the rest of it was looked at. */
async function commitHead(queryable: Queryable, { agentId, version, initial }: PushParams) {
  const table = `${quoteIdentifier(queryable.schema)}.workspace_agent_context_snapshots`
  await queryable.query(
    `UPDATE ${table} SET received_at = received_at + interval '1 ms'
     WHERE workspace_agent_id = $1 AND ($2 OR version < $3::numeric)`,
    [agentId, initial ?? false, String(version)],
  )
}

/** A database that begins no transaction, so that each statement is committed by itself. */
function withoutTransactions(queryable: Queryable): Queryable {
  if (queryable.kind !== 'database') return queryable
  return new Proxy(queryable, {
    get(target, property) {
      if (property === 'transaction') return (work: (inner: Queryable) => unknown) => work(target)
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const inPieces = (operation: keyof Operations): Mutant => ({
  name: `the statements of ${operation} are committed one by one`,
  laws: [0, 15],
  plant() {
    const own = ownOperations[operation] as (queryable: Queryable, params: unknown) => unknown
    const planted = (queryable: Queryable, params: unknown) =>
      own(withoutTransactions(queryable), params)
    return { operations: { [operation]: planted } as Partial<Operations> }
  },
})

/** Operations that leave something behind when they are refused or fail. */
export const atomicityMutants: readonly Mutant[] = [
  inPieces('push'),
  inPieces('refresh'),
  inPieces('unpin'),
  inPieces('bind'),
  {
    name: 'a push commits its head before it has looked at its resources',
    laws: [7, 15],
    plant: () => ({
      operations: {
        async push(queryable, params) {
          await commitHead(queryable, params)
          return await push(queryable, params)
        },
      },
    }),
  },
  {
    name: 'a refresh that collides is not tried again',
    laws: [0],
    plant: () => ({
      operations: {
        refresh: (queryable, params) =>
          queryable.transaction((transaction) => refresh(transaction, params)),
      },
    }),
  },
  {
    name: 'a push that is refused for a cap has written the rest',
    laws: [0, 15],
    plant: () => ({
      operations: {
        push: (queryable, params) =>
          push(queryable, params).catch(async (error: unknown) => {
            const isRefused = error instanceof DriftpinError && error.code === 'invalid_input'
            if (isRefused) {
              const rest = { ...params, version: 1, initial: true, snapshotError: '' }
              await push(queryable, { ...rest, resources: [] }).catch(() => {})
            }
            throw error
          }),
      },
    }),
  },
]
