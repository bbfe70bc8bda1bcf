import { inject } from 'vitest'
import { exercise } from './exercise.js'
import { hostilities } from './hostilities.js'
import { openHostile } from './open-hostile.js'

const newest = inject('servers').at(-1)!

// The full run has each of them by itself, and all of them on the oldest server.
exercise('PostgreSQL at its most hostile', () =>
  openHostile(
    newest.url,
    hostilities.filter(({ name }) => name !== 'a search path to nothing'),
  ),
)
