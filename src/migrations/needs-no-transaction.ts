import type { ScriptStatement } from '../database/index.js'

/** What PostgreSQL refuses inside of a transaction, whatever else is in it. */
const alone = new RegExp(
  `^(?:${[
    'create\\s+(?:unique\\s+)?index\\s+concurrently',
    'drop\\s+index\\s+concurrently',
    'reindex\\b.*\\bconcurrently',
    'reindex\\s+(?:\\([^)]*\\)\\s*)?(?:schema|database|system)',
    'alter\\s+table\\b.*\\bdetach\\s+partition\\b.*\\bconcurrently',
    'vacuum',
    'cluster$',
    '(?:create|drop)\\s+(?:database|tablespace|subscription)',
    'alter\\s+system',
    'discard\\s+all',
  ].join('|')})\\b`,
  'is',
)
const addsValue =
  /^alter\s+type\b.*\badd\s+value\s+(?:if\s+not\s+exists\s+)?(?<value>'(?:[^']|'')*')/is

/** Whether one of these statements works outside of a transaction only. */
export function needsNoTransaction(statements: readonly ScriptStatement[]): boolean {
  return statements.some(({ text }, index) => {
    if (alone.test(text)) return true
    // A new value of an enum may be added in a transaction, but not used in the same one.
    const value = addsValue.exec(text)?.groups?.value
    return (
      value !== undefined && statements.slice(index + 1).some((later) => later.text.includes(value))
    )
  })
}
