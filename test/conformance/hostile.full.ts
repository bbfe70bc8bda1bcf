import { inject } from 'vitest'
import { exercise } from './exercise.js'
import { hostilities } from './hostilities.js'
import { openHostile } from './open-hostile.js'

for (const { major, url } of inject('servers')) {
  for (const hostility of hostilities) {
    if (major < (hostility.since ?? 0)) continue
    exercise(`PostgreSQL ${major} with ${hostility.name}`, () => openHostile(url, [hostility]))
  }
}
