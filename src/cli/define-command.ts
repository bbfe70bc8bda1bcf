import type { OptionValues, Command as TypedCommand } from '@commander-js/extra-typings'
import { Command } from 'commander'
import { printJson } from './terminal.js'

/** The result of a command: the value for `--json`, and how it is printed for a person. */
export interface CommandResult {
  readonly json: unknown
  readonly text: () => void | Promise<void>
}

/** A command without its work. */
export interface Definition<A extends unknown[], O extends OptionValues> {
  readonly name: string
  readonly description: string
  /** Declares the arguments and the options, in the order of the help. */
  readonly options: (command: TypedCommand) => TypedCommand<A, O>
  /** Lines at the end of the help, before the examples. */
  readonly notes?: readonly string[]
  readonly examples?: readonly string[]
  readonly exitCodes?: readonly string[]
}

interface CommandDefinition<A extends unknown[], O extends OptionValues> extends Definition<A, O> {
  /** Does the work. A command that returns nothing has printed its result itself. */
  readonly run: (...args: [...A, O]) => Promise<CommandResult | undefined>
}

/** A function that creates a command. The options of `run` have the types of their flags. */
export function defineCommand<A extends unknown[], O extends OptionValues>({
  run,
  ...definition
}: CommandDefinition<A, O>): () => Command {
  return () =>
    createCommand(definition).action(async (...all) => {
      // The last argument is the command itself.
      const result = await run(...(all.slice(0, -1) as [...A, O]))
      const { json } = all.at(-2)
      if (result && json) printJson(result.json)
      else await result?.text()
    })
}

type GroupDefinition = Omit<Definition<[], OptionValues>, 'options'>

/** A command that only has subcommands. */
export function defineGroup(
  definition: GroupDefinition,
  subcommands: readonly (() => Command)[],
): () => Command {
  return () => {
    const group = createCommand(definition)
    for (const create of subcommands) group.addCommand(create())
    return group
  }
}

function createCommand<A extends unknown[], O extends OptionValues>({
  name,
  description,
  options,
  notes = [],
  examples = [],
  exitCodes = [],
}: GroupDefinition & Partial<Definition<A, O>>): Command {
  const command = new Command(name).description(description)
  options?.(command as unknown as TypedCommand)
  const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
  const parts = [
    notes,
    examples.length > 0
      ? [examples.length === 1 ? 'Example:' : 'Examples:', ...indent(examples)]
      : [],
    exitCodes.length > 0 ? ['Exit codes:', ...indent(exitCodes)] : [],
  ]
  const help = parts.filter(({ length }) => length > 0).map((lines) => `\n${lines.join('\n')}`)
  return help.length > 0 ? command.addHelpText('after', help.join('\n')) : command
}
