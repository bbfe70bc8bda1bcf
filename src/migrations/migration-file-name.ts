import type { Direction } from './migration.js'

/** The parts of the name of a migration's file. */
export interface MigrationFileName {
  /** The number as it is written, with its zeros. */
  readonly digits: string
  readonly version: number
  readonly name: string
  readonly direction: Direction
}

const pattern = /^(\d{1,15})_([A-Za-z0-9][A-Za-z0-9_-]*)\.(up|down)\.sql$/

/** Takes the name of a file apart; undefined where it is none of a migration. */
export function parseFileName(file: string): MigrationFileName | undefined {
  const match = pattern.exec(file)
  const version = Number(match?.[1])
  if (!match || version === 0) return undefined
  return { digits: match[1]!, version, name: match[2]!, direction: match[3] as Direction }
}
