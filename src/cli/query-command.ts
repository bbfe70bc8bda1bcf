import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { type DatabaseOptions, devDatabaseOptions, withDevDatabase } from './open-database.js'
import { helpText } from './options.js'
import { explainSqlError, printNotice, printResults } from './statement-results.js'

/** `driftpin query`: runs SQL without psql. */
export function queryCommand(): Command {
  const command = new Command('query')
    .description('run SQL and print the result')
    .argument('<sql>', 'one or more statements; - reads them from standard input')
  return devDatabaseOptions(command, 'print the rows as JSON')
    .action(query)
    .addHelpText(
      'after',
      helpText(
        [
          'driftpin query "SELECT title, status FROM chats"',
          'driftpin query "SELECT * FROM chats" --json | jq -r ".[].title"',
          'driftpin query - < report.sql',
          'driftpin query "SELECT version()" --database postgres://app@localhost/app',
        ],
        [
          'Several statements run as one transaction. If a table is wider than the',
          'terminal, each value gets a line. With --json, several statements give a list',
          'of { command, rowCount, rows }.',
        ],
      ),
    )
}

async function query(sql: string, { json, ...database }: DatabaseOptions): Promise<void> {
  const statements = sql === '-' ? await text(process.stdin) : sql
  const running = withDevDatabase(database, ({ run }) => run(statements, printNotice))
  const results = await running.catch((error) => {
    throw explainSqlError(statements, error)
  })
  printResults(results, json)
}
