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
import { commandGroups } from './command-groups.js'
import { endWithoutWaiting } from './end-without-waiting.js'
import { paint } from './paint.js'
import { printableLines } from './printable.js'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

const program = new Command('driftpin')
  .description('PostgreSQL schema, migrations and operations for chats with pinned agent context')
  .version(version)
  // So that a command may have a --version of its own.
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

// A reader that has seen enough, such as head, is no error, and neither is a terminal that was
// closed; the work still ends as it should.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}

const asked = process.argv[2] ?? ''
// Who asks for help, or for something that there is not, is told of all of them.
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
    const message = messageOf(error)
    // A server says what was written into it by anybody; lines of it stay lines.
    const lines = printableLines(message.replaceAll('\t', '    '))
    console.error(`${paint('red', 'driftpin:', process.stderr)} ${lines}`)
    process.exitCode = exitCodeOf(error)
    endWithoutWaiting()
  }
}
