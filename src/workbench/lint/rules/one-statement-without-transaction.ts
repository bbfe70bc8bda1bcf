import type { Rule } from '../rule.js'

export const oneStatementWithoutTransaction: Rule = {
  id: 'one-statement-without-transaction',
  why:
    'Several statements that are sent at once are one transaction again, and sent one by one ' +
    'they stop half way with nothing to take them back.',
  instead: 'Give each statement a migration of its own.',
  needsCatalog: false,
  *check({ scripts }) {
    for (const script of scripts) {
      const { statements, transaction, file } = script
      if (transaction || statements.length === 1) continue
      // The second one is what is too much.
      const at = statements[1]?.start ?? 0
      const message = `${file} runs without a transaction and has ${statements.length} statements.`
      yield { script, at, message }
    }
  },
}
