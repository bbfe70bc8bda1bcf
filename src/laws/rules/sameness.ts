import type { Law } from '../law.js'

/** No law of the domain, but of every engine: a run `against` another holds both to it. */
export const sameness: Law = {
  number: 0,
  name: 'Sameness',
  says: 'Two engines that are asked the same answer the same, and have the same rows.',
}
