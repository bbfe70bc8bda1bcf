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
