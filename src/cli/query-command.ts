import { text } from 'node:stream/consumers'
import { defineCommand } from './define-command.js'
import { devDatabaseOptions, withDevDatabase } from './open-database.js'
import { explainSqlError, jsonOfResults, printNotice, printResults } from './statement-results.js'

/** `driftpin query`: runs SQL without psql. */
export const queryCommand = defineCommand({
  name: 'query',
  description: 'run SQL and print the result',
  options: (command) =>
    devDatabaseOptions(
      command.argument('<sql>', 'one or more statements; - reads them from standard input'),
      'print the rows as JSON',
    ),
  notes: [
    'Several statements run as one transaction. If a table is wider than the',
    'terminal, each value gets a line. With --json, several statements give a list',
    'of { command, rowCount, rows }.',
  ],
  examples: [
    'driftpin query "SELECT title, status FROM chats"',
    'driftpin query "SELECT * FROM chats" --json | jq -r ".[].title"',
    'driftpin query - < report.sql',
    'driftpin query "SELECT version()" --database postgres://app@localhost/app',
  ],
  run: async (sql, options) => {
    const statements = sql === '-' ? await text(process.stdin) : sql
    const running = withDevDatabase(options, ({ run }) => run(statements, printNotice))
    const results = await running.catch((error) => {
      throw explainSqlError(statements, error)
    })
    return { json: jsonOfResults(results), text: () => printResults(results) }
  },
})
