import { quoteIdentifier } from '../../../src/database/names.js'
import { sqlState } from '../../../src/database/sql-state.js'
import type { Queryable } from '../../../src/index.js'
import type { Operations } from '../../../src/laws/index.js'
import { interceptQueries } from '../../../src/laws/intercept.js'
import { ownOperations } from '../../../src/laws/own-operations.js'
import { statements } from '../../context/all-statements.js'
import type { Planted } from './mutant.js'
import { replaceOnce } from './replace-once.js'

/** Parts of statements, each with what stands in its place, by the names of the statements. */
export type Rewrites = Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>

type OperationName = keyof Operations

const everyOperation = Object.keys(ownOperations) as OperationName[]

/**
 * Operations whose statements are rewritten on their way to the database, in transactions too.
 *
 * @param rewrites `{schema}` stands for the quoted name of the schema.
 * @param only The operations that it is done to; all of them by default.
 * @throws Error for a statement or a part of one that does not exist.
 */
export function rewriteStatements(
  rewrites: Rewrites,
  only: readonly OperationName[] = everyOperation,
): Planted {
  for (const name of Object.keys(rewrites)) {
    const declared = statements.find((statement) => statement.name === name)
    if (!declared) throw new Error(`No operation has a statement ${JSON.stringify(name)}.`)
    rewritten(declared.text('public'), 'public', rewrites)
  }
  const operations = only.map((name) => {
    const own = ownOperations[name] as (queryable: Queryable, ...rest: unknown[]) => unknown
    const planted = (queryable: Queryable, ...rest: unknown[]) => {
      const { schema } = queryable
      const through = interceptQueries(queryable, async (text, values, send) => {
        const made = rewritten(text, schema, rewrites)
        return await (made === text ? send(text, values) : sendGood(send, made, values))
      })
      return own(through, ...rest)
    }
    return [name, planted] as const
  })
  return { operations: Object.fromEntries(operations) as Partial<Operations> }
}

/** Any law would catch a statement that PostgreSQL does not even understand. */
async function sendGood(send: Queryable['query'], text: string, values?: readonly unknown[]) {
  try {
    return await send(text, values)
  } catch (error) {
    const isMeaningless = /^(42|08)/.test(sqlState(error) ?? '')
    throw isMeaningless ? new Error(`PostgreSQL refuses:\n${text}`, { cause: error }) : error
  }
}

const head = '-- driftpin: '

function rewritten(text: string, schema: string, rewrites: Rewrites): string {
  const [first = ''] = text.split('\n', 1)
  const name = first.startsWith(head) ? first.slice(head.length) : ''
  const own = (part: string) => part.replaceAll('{schema}', () => quoteIdentifier(schema))
  let made = text
  for (const [from, to] of rewrites[name] ?? []) made = replaceOnce(made, own(from), own(to), name)
  return made
}
