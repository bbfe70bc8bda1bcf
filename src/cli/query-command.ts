import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { type DatabaseOptions, devDatabaseOptions, withDevDatabase } from './open-database.js'
import { printAnswers, printNotice } from './print-answers.js'
import { explainQueryError } from './query-error.js'

/** `driftpin query`: statements on the dev database, without a psql. */
export function queryCommand(): Command {
  const command = new Command('query')
    .description('run SQL, and print what it answers')
    .argument('<sql>', 'one statement or several; - reads them from the standard input')
  return devDatabaseOptions(command)
    .option('--json', 'print the rows as JSON')
    .action(query)
    .addHelpText(
      'after',
      [
        '',
        'Several statements are one transaction: all of them happen, or none. A table',
        'that is wider than the terminal has one value a line. With --json several',
        'statements are a list of { command, rowCount, rows }.',
        '',
        'Examples:',
        '  driftpin query "SELECT title, status FROM chats"',
        '  driftpin query "SELECT * FROM chats" --json | jq -r ".[].title"',
        '  driftpin query - < report.sql',
        '  driftpin query "SELECT version()" --database postgres://app@localhost/app',
      ].join('\n'),
    )
}

interface QueryOptions extends DatabaseOptions {
  readonly json?: boolean
}

async function query(sql: string, { json, ...database }: QueryOptions): Promise<void> {
  const asked = sql === '-' ? await text(process.stdin) : sql
  const ran = withDevDatabase(database, ({ ask }) => ask(asked, printNotice))
  const answers = await ran.catch((error) => {
    throw explainQueryError(asked, error)
  })
  printAnswers(answers, json)
}
