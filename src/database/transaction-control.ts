import type { ScriptStatement } from './split-statements.js'

/** What begins a transaction. */
export const beginsTransaction = /^(?:begin|start\s+transaction)\b/i

/** What begins or ends one, in all forms; going back to a savepoint does neither. */
export const controlsTransaction = new RegExp(
  `^(?:${[
    'begin',
    'start\\s+transaction',
    'commit',
    'end',
    'rollback(?!(?:\\s+(?:work|transaction))?\\s+to\\b)',
    'abort',
    'prepare\\s+transaction',
  ].join('|')})\\b`,
  'i',
)

const endsWrapping = /^(?:commit|end)\b/i

/** Without a BEGIN in front and a COMMIT at the end, which say what a runner does anyway. */
export function withoutWrapping(
  statements: readonly ScriptStatement[],
): readonly ScriptStatement[] {
  const [first, last] = [statements[0]?.text ?? '', statements.at(-1)?.text ?? '']
  const isWrapped = beginsTransaction.test(first) && endsWrapping.test(last)
  return isWrapped ? statements.slice(1, -1) : statements
}
