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
