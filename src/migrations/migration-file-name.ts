import { DriftpinError } from '../errors.js'
import type { Direction } from './migration.js'

/** The parts of the name of a migration's file. */
export interface MigrationFileName {
  /** The number as it is written, with its zeros. */
  readonly digits: string
  readonly version: number
  readonly name: string
  readonly direction: Direction
}

// What golang-migrate takes, but for signs that would move the cursor of a terminal.
const pattern = /^(\d+)_([^/\\\p{Cc}\p{Zl}\p{Zp}]*)\.(up|down)\.sql$/u

/**
 * Takes the name of a file apart; undefined where it is none of a migration.
 *
 * @throws DriftpinError `migration_invalid` for a number that a program cannot count exactly.
 */
export function parseFileName(file: string): MigrationFileName | undefined {
  const match = pattern.exec(file)
  if (!match) return undefined
  const version = Number(match[1])
  if (!Number.isSafeInteger(version)) throw tooLarge(file)
  return { digits: match[1]!, version, name: match[2]!, direction: match[3] as Direction }
}

function tooLarge(file: string): DriftpinError {
  return new DriftpinError(
    'migration_invalid',
    `The number of ${file} is above ${Number.MAX_SAFE_INTEGER}, beyond which JavaScript rounds. ` +
      'Give it one with fewer digits: a time such as 20260131120000 has 14.',
    { file },
  )
}
