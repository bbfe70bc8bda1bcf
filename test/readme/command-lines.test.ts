import { Command, CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { commandGroups } from '../../src/cli/commands.js'
import { readme } from './run-fence.js'

/** All commands, which do nothing, but know what they may be told. */
async function commandsThatDoNothing(): Promise<Command> {
  const program = new Command('driftpin').enablePositionalOptions()
  for (const load of Object.values(commandGroups).flatMap((group) => Object.values(group))) {
    program.addCommand(await load())
  }
  const quieten = (command: Command) => {
    command.exitOverride().configureOutput({ writeErr: () => {} })
    if (command.commands.length === 0) command.action(() => {})
    for (const one of command.commands) quieten(one)
  }
  quieten(program)
  return program
}

/** The words of a line up to a comment or another program, as a shell has them. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const [word] of line.matchAll(/"[^"]*"|'[^']*'|\S+/g)) {
    if (/^[#|<>]/.test(word)) break
    words.push(word.replace(/^(["'])(.*)\1$/, '$2'))
  }
  return words
}

const fences = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, text]) => text!)
const linesOf = (text: string) =>
  [...text.matchAll(/^ *(?:npx )?driftpin (.+)$/gm)].map(([, line]) => line!)

/** Why a line is none that the program takes; undefined where it is one. */
async function refused(line: string): Promise<string | undefined> {
  const program = await commandsThatDoNothing()
  try {
    await program.parseAsync(wordsOf(line), { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError) return `${line}: ${error.message}`
    throw error
  }
}

test('every command that the README shows is one, with options that it has', async () => {
  const lines = fences.flatMap(linesOf)
  expect(lines.length).toBeGreaterThan(15)
  expect((await Promise.all(lines.map(refused))).filter(Boolean)).toEqual([])
})

test('and so is every example of a help', async () => {
  const program = await commandsThatDoNothing()
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]
  const helps = all(program).map((command) => {
    let text = ''
    command.configureOutput({
      writeOut: (part) => {
        text += part
      },
    })
    command.outputHelp()
    return text.slice(text.indexOf('Example'))
  })
  const lines = helps.flatMap(linesOf)
  expect(lines.length).toBeGreaterThan(20)
  expect((await Promise.all(lines.map(refused))).filter(Boolean)).toEqual([])
})

test('a line that the program would refuse is found', async () => {
  expect(await refused('purge --older-than 30d --dry')).toContain('unknown option')
  expect(await refused('migrate upp')).toContain('unknown command')
  expect(await refused('dev --memory --data here')).toContain('cannot be used with')
})

test('no line of a help is wider than a terminal of 80 columns', async () => {
  const program = await commandsThatDoNothing()
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]
  const tooWide = all(program).flatMap((command) => {
    let text = ''
    command.configureOutput({
      getOutHelpWidth: () => 80,
      writeOut: (part) => {
        text += part
      },
    })
    command.outputHelp()
    return text.split('\n').filter((line) => line.length > 80)
  })
  expect(tooWide).toEqual([])
})
