import { splitStatements } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { MigrationScript } from '../migrations/index.js'

/** dbmate; goose and sql-migrate; node-pg-migrate. */
const up = /^\s*--[\s-]*(?:migrate:up\b|\+(?:goose|migrate)\s+up\b|up\s+migration\s*$)/i
/** The same, and tern, which marks only where the down section begins. */
const down =
  /^\s*--[\s-]*(?:(?:migrate:|\+(?:goose|migrate)\s+)down\b|down +migration\s*$|create above \/)/i
const noTransaction =
  /^--\s*(?:migrate:up\b.*\btransaction: *false|\+goose\s+no +trans|\+migrate\s+up +notrans)/im

/**
 * The part of a file that goes up, where the file has sections for both ways, and otherwise all of
 * it. Lines that are left out become empty ones, so that the lines in messages are the file's.
 *
 * @throws DriftpinError `migration_invalid` for statements in front of the up section, which
 * belong to neither way.
 */
export function upSection({ file, text }: Pick<MigrationScript, 'file' | 'text'>): MigrationScript {
  const lines = text.split('\n')
  const marked = lines.some((line) => up.test(line))
  let section: 'front' | 'up' | 'down' = marked ? 'front' : 'up'
  const kept: string[] = []
  const front: string[] = []
  for (const line of lines) {
    if (up.test(line)) section = 'up'
    else if (down.test(line)) section = 'down'
    if (section === 'front') front.push(line)
    kept.push(section === 'up' ? line : '')
  }
  const stray = splitStatements(front.join('\n'))[0]
  if (stray) {
    throw new DriftpinError(
      'migration_invalid',
      `${file} has a statement in front of its up section, which no tool would run. Move it ` +
        'below the line that begins the section.',
      { file, statement: stray.text },
    )
  }
  return { file, text: kept.join('\n'), transaction: !noTransaction.test(text) }
}
