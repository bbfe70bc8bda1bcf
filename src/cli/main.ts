#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { chatsCommand } from './chats-command.js'
import { exitCodeOf, exitCodes } from './command-error.js'
import { demoCommand } from './demo-command.js'
import { diffCommand } from './diff-command.js'
import { driftCommand } from './drift-command.js'
import { fuzzCommand } from './fuzz-command.js'
import { generateCommand } from './generate-command.js'
import { migrateCommand } from './migrate-command.js'
import { openCommand } from './open-command.js'
import { paint } from './paint.js'
import { pinsCommand } from './pins-command.js'
import { printable } from './printable.js'
import { purgeCommand } from './purge-command.js'
import { pushCommand } from './push-command.js'
import { queryCommand } from './query-command.js'
import { refreshCommand } from './refresh-command.js'
import { scanCommand } from './scan-command.js'
import { statusCommand } from './status-command.js'
import { unpinCommand } from './unpin-command.js'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

const program = new Command('driftpin')
  .description('PostgreSQL schema, migrations and operations for chats with pinned agent context')
  .version(version)
  // So that a command may have a --version of its own.
  .enablePositionalOptions()
  .commandsGroup('See it work:')
  .addCommand(demoCommand())
  .addCommand(scanCommand())
  .commandsGroup('The dev database, or a server:')
  .addCommand(statusCommand())
  .addCommand(queryCommand())
  .commandsGroup('Chats and their pinned context:')
  .addCommand(pushCommand())
  .addCommand(chatsCommand())
  .addCommand(pinsCommand())
  .addCommand(driftCommand())
  .addCommand(diffCommand())
  .addCommand(refreshCommand())
  .addCommand(unpinCommand())
  .addCommand(purgeCommand())
  .commandsGroup('Migrations and tests:')
  .addCommand(migrateCommand())
  .addCommand(generateCommand())
  .addCommand(openCommand())
  .addCommand(fuzzCommand())
  .helpCommand('help [command]', 'show the help of a command')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  driftpin demo',
      '  driftpin scan .',
      '  driftpin migrate up --database postgres://app@localhost/app',
      '  driftpin generate db/migrations --out db/generated',
      '  driftpin fuzz --runs 20',
      '',
      'Exit codes:',
      '  0  fine',
      '  1  a claim did not hold, or the work failed',
      '  2  wrong use: options, a directory or a database that cannot be what was meant',
    ].join('\n'),
  )

/** Commander ends the process by itself with 1 for wrong use, where we say 2. */
function exitWithOurCodes(command: Command): void {
  command.exitOverride()
  for (const one of command.commands) exitWithOurCodes(one)
}

// A reader that has seen enough, such as head, is no error; the work still ends as it should.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

exitWithOurCodes(program)
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUse
  } else {
    const message = error instanceof Error ? error.message : String(error)
    // A server says what was written into it by anybody; lines of it stay lines.
    const lines = message.replaceAll('\t', '    ').split('\n').map(printable)
    console.error(`${paint('red', 'driftpin:')} ${lines.join('\n')}`)
    process.exitCode = exitCodeOf(error)
  }
}
