import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Database } from '../database/index.js'
import { DriftpinError, messageOf } from '../errors.js'

/** An SQL file with the rows that a database starts with. */
export interface SeedScript {
  readonly path: string
  readonly text: string
}

/** @throws DriftpinError `seed_failed` for a file that cannot be read. */
export async function readSeedScript(file: string): Promise<SeedScript> {
  const path = resolve(file)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
    return { path, text: text.replaceAll('\r\n', '\n') }
  } catch (error) {
    const why = messageOf(error)
    throw new DriftpinError(
      'seed_failed',
      `The seed ${path} cannot be read: ${why}. Name an SQL file in UTF-8, or pass a function.`,
      error,
    )
  }
}

/**
 * Runs a seed as one transaction.
 *
 * @throws DriftpinError `seed_failed`. Nothing of the seed remains then.
 */
export async function runSeedScript(database: Database, { path, text }: SeedScript): Promise<void> {
  try {
    await database.transaction((transaction) => transaction.script(text))
  } catch (error) {
    const why = messageOf(error)
    throw new DriftpinError(
      'seed_failed',
      `The seed ${path} failed and left nothing behind: ${why}. It runs as one transaction.`,
      error,
    )
  }
}
