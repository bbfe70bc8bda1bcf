import type { Command } from 'commander'
import { vi } from 'vitest'

/** What a command prints, run in this process: starting one costs more than most commands do. */
export async function printedBy(command: Command, ...args: string[]): Promise<string> {
  let printed = ''
  const log = vi.spyOn(console, 'log').mockImplementation((text) => {
    printed += `${text}\n`
  })
  try {
    await command.parseAsync(args, { from: 'user' })
    return printed
  } finally {
    log.mockRestore()
  }
}

/** The same on a terminal that is so many columns wide and has colour, whatever this run's has. */
export async function printedAt(columns: number, command: Command, ...args: string[]) {
  const before = Object.getOwnPropertyDescriptors(process.stdout)
  const restore = (name: 'isTTY' | 'columns') => {
    if (before[name]) Object.defineProperty(process.stdout, name, before[name])
    else Reflect.deleteProperty(process.stdout, name)
  }
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('FORCE_COLOR', undefined)
  Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true })
  Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true })
  try {
    return await printedBy(command, ...args)
  } finally {
    vi.unstubAllEnvs()
    restore('isTTY')
    restore('columns')
  }
}
