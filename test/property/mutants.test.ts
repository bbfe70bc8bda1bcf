import { expect, test } from 'vitest'
import { allMutants } from './mutants/all-mutants.js'
import { changeMigrations } from './mutants/change-migrations.js'
import { rewriteStatements } from './mutants/rewrite-statements.js'
import { runMutant } from './mutants/run-mutant.js'

// One of each kind, so that the ordinary run shows that its laws can fail; the full run has all.

test.each(['pins follow the live context', 'the mark is never set'])(
  'a law catches it when %s',
  async (name) => {
    const mutant = allMutants.find((one) => one.name === name)!
    const { caught, law } = await runMutant(mutant)
    expect(caught).toBe(true)
    expect(mutant.laws).toContain(law?.number)
  },
)

test('a mutant that would change nothing is an error', () => {
  const rewrite = (name: string, from: string) => () => rewriteStatements({ [name]: [[from, '']] })
  expect(rewrite('no such statement', 'chats')).toThrow('No operation has a statement')
  expect(rewrite('lock chat', 'no such text')).toThrow('occurs 0 times')
  const change = { name: 'create_chats', way: 'down', from: 'no such text', to: '' } as const
  expect(() => changeMigrations(change)).toThrow('occurs 0 times')
})

test('every mutant finds in the code what it changes', () => {
  for (const { plant } of allMutants) expect(plant).not.toThrow()
})
