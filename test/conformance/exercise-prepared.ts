import { test } from 'vitest'
import {
  findPgDump,
  fromSchemaSql,
  type Preparation,
  restoredBy,
  reversed,
  shuffled,
} from '../support/preparations.js'
import { prepared } from './engine.js'
import { exercise } from './exercise.js'
import { openDatabaseOf } from './open-database-of.js'

/** {@link exercise} on a server whose schema is made in other ways than by the migrations. */
export function exercisePrepared(major: number, urlOf: () => string): void {
  const exerciseOne = (preparation: Preparation) => {
    const open = prepared(() => openDatabaseOf(urlOf()), preparation)
    exercise(`PostgreSQL ${major} ${preparation.name}`, open)
  }
  const program = findPgDump(major)
  if (program) exerciseOne(restoredBy(program, urlOf))
  else {
    test(`PostgreSQL ${major} restored from a dump`, ({ skip }) => {
      skip(`No pg_dump of PostgreSQL ${major} or newer is installed.`)
    })
  }
  for (const preparation of [fromSchemaSql, reversed, shuffled(2)]) exerciseOne(preparation)
}
