#!/usr/bin/env node
/**
 * The command line: one command per file, which parses, calls and prints.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { messageOf } from '../errors.js'
import { exitCodeOf, exitCodes } from './command-error.js'
import { commandGroups } from './commands.js'
import { endWithoutWaiting } from './stop.js'
import { paint, printableLines, warn } from './terminal.js'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

const program = new Command('driftpin')
  .description('PostgreSQL schema, migrations and operations for chats with pinned agent context')
  .version(version)
  // A command may then have a --version option of its own.
  .enablePositionalOptions()
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  driftpin dev',
      '  driftpin dev --watch .',
      '  driftpin drift',
      '  driftpin query "SELECT title, status FROM chats"',
      '  driftpin migrate up --database postgres://app@localhost/app',
      '  driftpin generate db/migrations --out db/generated',
      '  driftpin fuzz --runs 20',
      '',
      'Exit codes:',
      '  0  success',
      '  1  a check failed, or an error stopped the work',
      '  2  wrong options or arguments, or a directory, file or database of the wrong',
      '     kind',
    ].join('\n'),
  )

/** For wrong use, commander itself would end the process with 1; driftpin uses 2. */
function exitWithOurCodes(command: Command): void {
  command.exitOverride()
  for (const one of command.commands) exitWithOurCodes(one)
}

// A reader that closes its end early, such as head, or a terminal that was closed is not an error.
// The work still finishes properly.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}

const asked = process.argv[2] ?? ''
// The help, and the message about an unknown command, need all commands.
const isKnown = Object.values(commandGroups).some((commands) => Object.hasOwn(commands, asked))
for (const [heading, commands] of Object.entries(commandGroups)) {
  program.commandsGroup(heading)
  for (const [name, load] of Object.entries(commands)) {
    if (!isKnown || name === asked) program.addCommand(await load())
  }
}
program.helpCommand('help [command]', 'show the help of a command')
exitWithOurCodes(program)
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUse
  } else {
    // The message of a server may contain texts that anybody wrote into its tables.
    const message = printableLines(messageOf(error).replaceAll('\t', '    '))
    warn(`${paint('red', 'driftpin:', process.stderr)} ${message}`)
    process.exitCode = exitCodeOf(error)
    endWithoutWaiting()
  }
}
