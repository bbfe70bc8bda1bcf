import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, shortLived } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess } from './dev-process.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A project with one migration of its own, in the folder `m`. */
export async function writeShop(): Promise<string> {
  const cwd = await temporaryFolder()
  await mkdir(join(cwd, 'm'))
  await writeFile(join(cwd, 'm/000001_shop.up.sql'), 'CREATE TABLE shop (id int);')
  await writeFile(join(cwd, 'm/000001_shop.down.sql'), 'DROP TABLE shop;')
  return cwd
}

/** Runs commands and dev databases in a folder. */
export const inFolder = (cwd: string) => {
  const driftpin = (...args: string[]) =>
    run(process.execPath, [shortLived, main, ...args], { cwd })
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
