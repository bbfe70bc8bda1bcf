import type { Queryable } from '../../src/index.js'
import { ownOperations } from '../../src/laws/own-operations.js'

/** Every operation, by name. A test holds the list against what the package exports. */
export const operations = ownOperations

export type OperationName = keyof typeof operations

/** Whether an operation commits several transactions, so that it refuses to run in one. */
export const commitsBatches = (name: string) => /^purge(Expired|Files|DebugRuns)$/.test(name)

/** Calls an operation with whatever it is given, right or wrong. */
export async function call(
  name: OperationName,
  queryable: Queryable,
  params: unknown,
): Promise<unknown> {
  const operation = operations[name] as (queryable: Queryable, params: unknown) => Promise<unknown>
  return await operation(queryable, params)
}
