import { expect, test } from 'vitest'
import { allMutants } from './mutants/all-mutants.js'
import { runMutant } from './mutants/run-mutant.js'

test('no two mutants have one name', () => {
  expect(new Set(allMutants.map(({ name }) => name)).size).toBe(allMutants.length)
})

test.each(allMutants)('a law catches it when $name', async (mutant) => {
  const { caught, law } = await runMutant(mutant)
  expect(caught).toBe(true)
  expect(mutant.laws).toContain(law?.number)
})
