import type { ScriptStatement } from './split-statements.js'

const endings = ['commit', 'end', 'abort', 'prepare\\s+transaction']
const begins = ['begin', 'start\\s+transaction']
const startsWith = (words: readonly string[]) => new RegExp(`^(?:${words.join('|')})\\b`, 'i')

/** What begins a transaction. */
export const beginsTransaction = startsWith(begins)

/** What ends one, or takes back a part of it: going back to a savepoint counts. */
export const endsOrRewindsTransaction = startsWith([...endings, 'rollback'])

/** What begins or ends one, in all forms; going back to a savepoint does neither. */
export const controlsTransaction = startsWith([
  ...begins,
  ...endings,
  'rollback(?!(?:\\s+(?:work|transaction))?\\s+to\\b)',
])

const endsWrapping = /^(?:commit|end)\b/i

/** Without a BEGIN in front and a COMMIT at the end, which say what a runner does anyway. */
export function withoutWrapping(
  statements: readonly ScriptStatement[],
): readonly ScriptStatement[] {
  const [first, last] = [statements[0]?.text ?? '', statements.at(-1)?.text ?? '']
  const isWrapped = beginsTransaction.test(first) && endsWrapping.test(last)
  return isWrapped ? statements.slice(1, -1) : statements
}
