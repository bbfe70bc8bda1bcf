import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { commandGroups } from '../../src/cli/commands.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess } from './dev-process.js'
import { printedBy } from './printed-by.js'
import { refusalOf } from './refusal-of.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A project with one migration of its own, in the folder `m`. */
export async function writeShop(): Promise<string> {
  const cwd = await temporaryFolder()
  await mkdir(join(cwd, 'm'))
  await writeFile(join(cwd, 'm/000001_shop.up.sql'), 'CREATE TABLE shop (id int);')
  await writeFile(join(cwd, 'm/000001_shop.down.sql'), 'DROP TABLE shop;')
  return cwd
}

/**
 * Runs a command in this process, in a folder: starting a process costs more than most commands do.
 *
 * @returns What it prints.
 */
export async function printedIn(cwd: string, name: string, ...args: string[]): Promise<string> {
  return await inDirectory(cwd, async () => await printedBy(await commandOf(name), ...args))
}

/** The same for a command that refuses to work. */
export async function refusedIn(cwd: string, name: string, ...args: string[]) {
  return await inDirectory(cwd, async () => await refusalOf(await commandOf(name), args))
}

async function commandOf(name: string): Promise<Command> {
  const group = Object.values(commandGroups).find((commands) => name in commands)
  return await group![name]!()
}

async function inDirectory<T>(cwd: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  process.chdir(cwd)
  try {
    return await work()
  } finally {
    process.chdir(before)
  }
}

/** Runs commands and dev databases in a folder, in processes of their own. */
export const inFolder = (cwd: string) => {
  const driftpin = (...args: string[]) => run(process.execPath, [main, ...args], { cwd })
  const started = (...args: string[]) =>
    new DevProcess({ main, cwd, args: ['--data', '.shop', '--port', '0', '--json', ...args] })
  const refused = async (...args: string[]) => {
    await using dev = started(...args)
    return { code: await dev.ended, stderr: dev.stderr }
  }
  return { driftpin, started, refused }
}

/** The state of the migrations of the project, once they are applied. */
export const shopStatus = {
  applied: 1,
  pending: 0,
  edited: 0,
  unknown: 0,
  newest: '000001_shop',
}
