import type { Queryable } from '../../database/index.js'

/** What the comment of a finished template begins with. */
export const templateText = 'driftpin: a template of test databases'

/** What the comment of the database of a failed test begins with. */
export const keptText = 'driftpin: the database of a failed test'

/** A comment that ends with the time of the server, which a later run compares with its own. */
export async function commentWith(database: Queryable, text: string): Promise<string> {
  const { rows } = await database.query<{ now: Date }>('SELECT now()')
  return `${text}, used ${rows[0]!.now.toISOString()}`
}

/** When a database was used last, if it has a comment of ours. */
export function usedAt(comment: string | null): number | undefined {
  if (!comment?.startsWith(templateText) && !comment?.startsWith(keptText)) return undefined
  const time = Date.parse(/, used (\S+)$/.exec(comment)?.[1] ?? '')
  return Number.isNaN(time) ? undefined : time
}
