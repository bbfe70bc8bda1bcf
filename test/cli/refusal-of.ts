import { type Command, CommanderError } from 'commander'
import { exitCodeOf, exitCodes } from '../../src/cli/command-error.js'

/** What a command says that refuses its arguments, and the exit code that follows from it. */
export async function refusalOf(
  command: Command,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly message: string }> {
  for (const one of [command, ...command.commands]) {
    one.exitOverride().configureOutput({ writeErr: () => {} })
  }
  const refused: unknown = await command.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (error) => error,
  )
  if (!(refused instanceof Error)) throw new Error(`Not refused: ${args.join(' ')}`)
  // The first of these two rules is that of src/cli/main.ts, which the tests of a process prove.
  const exitCode = refused instanceof CommanderError ? exitCodes.wrongUse : exitCodeOf(refused)
  return { exitCode, message: refused.message }
}
