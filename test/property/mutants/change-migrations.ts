import { bundledFiles } from '../../../src/migrations/generated/bundled.js'
import type { Direction, Migration } from '../../../src/migrations/migration.js'
import { parseMigrations } from '../../../src/migrations/parse-migrations.js'
import type { Planted } from './mutant.js'
import { replaceOnce } from './replace-once.js'

const own = parseMigrations(bundledFiles)

/** A part of a migration, and what stands in its place. */
export interface MigrationChange {
  readonly name: string
  readonly way: Direction
  readonly from: string
  readonly to: string
}

/** Driftpin's migrations with some texts in them changed. */
export function changeMigrations(...changes: readonly MigrationChange[]): Planted {
  return { migrations: changes.reduce(changed, own) }
}

/** Driftpin's migrations with one more at the end. */
export function addMigration(name: string, up: string, down: string): Planted {
  const version = own.at(-1)!.version + 1
  const script = (text: string) => ({ file: name, text, transaction: true })
  return { migrations: [...own, { version, name, up: script(up), down: script(down) }] }
}

function changed(
  migrations: readonly Migration[],
  { name, way, from, to }: MigrationChange,
): readonly Migration[] {
  const index = migrations.findIndex((migration) => migration.name === name)
  const script = migrations[index]?.[way]
  if (!script) throw new Error(`There is no migration ${name} with a way ${way}.`)
  const text = replaceOnce(script.text, from, to, script.file)
  return migrations.with(index, { ...migrations[index]!, [way]: { ...script, text } })
}
