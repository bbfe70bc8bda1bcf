import { inject } from 'vitest'
import { fromSchemaSql, reversed, shuffled } from '../support/preparations.js'
import { openEmbedded, prepared } from './engine.js'
import { exercise } from './exercise.js'
import { exercisePrepared } from './exercise-prepared.js'

for (const preparation of [fromSchemaSql, reversed, ...[3, 4, 5, 6].map(shuffled)]) {
  exercise(`PGlite ${preparation.name}`, prepared(openEmbedded, preparation))
}
exercisePrepared(inject('servers').at(-1)!)
