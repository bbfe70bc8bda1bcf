import { inject } from 'vitest'
import { openEmbedded, openInProcess, openServed } from './engine.js'
import { exercise } from './exercise.js'
import { openDatabaseOf } from './open-database-of.js'

exercise('PGlite', openEmbedded)
exercise('a pool in the process', openInProcess)
exercise('the socket of a dev server', openServed)
for (const { major, url } of inject('servers')) {
  exercise(`PostgreSQL ${major}`, () => openDatabaseOf(url))
}
