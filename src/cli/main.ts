#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { exitCodeOf, exitCodes } from './command-error.js'
import { endWithoutWaiting } from './end-without-waiting.js'
import { paint } from './paint.js'
import { printable } from './printable.js'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

/**
 * Each is loaded when it is asked for, so that none pays for what another one needs: together they
 * take longer than the start of a database. The help has them in these groups.
 */
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<Command>>>>> = {
  'A database, with nothing to install:': {
    dev: async () => (await import('./dev-command.js')).devCommand(),
    status: async () => (await import('./status-command.js')).statusCommand(),
    query: async () => (await import('./query-command.js')).queryCommand(),
    image: async () => (await import('./image-command.js')).imageCommand(),
  },
  'Chats and their pinned context:': {
    chats: async () => (await import('./chats-command.js')).chatsCommand(),
    pins: async () => (await import('./pins-command.js')).pinsCommand(),
    drift: async () => (await import('./drift-command.js')).driftCommand(),
    diff: async () => (await import('./diff-command.js')).diffCommand(),
    refresh: async () => (await import('./refresh-command.js')).refreshCommand(),
    unpin: async () => (await import('./unpin-command.js')).unpinCommand(),
    scan: async () => (await import('./scan-command.js')).scanCommand(),
    push: async () => (await import('./push-command.js')).pushCommand(),
    purge: async () => (await import('./purge-command.js')).purgeCommand(),
  },
  'Migrations, tests and proof:': {
    migrate: async () => (await import('./migrate-command.js')).migrateCommand(),
    generate: async () => (await import('./generate-command.js')).generateCommand(),
    open: async () => (await import('./open-command.js')).openCommand(),
    fuzz: async () => (await import('./fuzz-command.js')).fuzzCommand(),
    demo: async () => (await import('./demo-command.js')).demoCommand(),
  },
}

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
const isKnown = Object.values(groups).some((commands) => Object.hasOwn(commands, asked))
for (const [heading, commands] of Object.entries(groups)) {
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
    const message = error instanceof Error ? error.message : String(error)
    // A server says what was written into it by anybody; lines of it stay lines.
    const lines = message.replaceAll('\t', '    ').split('\n').map(printable)
    console.error(`${paint('red', 'driftpin:', process.stderr)} ${lines.join('\n')}`)
    process.exitCode = exitCodeOf(error)
    endWithoutWaiting()
  }
}
