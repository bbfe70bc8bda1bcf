import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** Why a user has to install each of these. What only the tests need is not among them. */
const wanted: Readonly<Record<string, string>> = {
  '@electric-sql/pglite': 'the embedded PostgreSQL, in the one version whose inside was proven',
  chokidar: 'watches the directory of driftpin dev --watch',
  commander: 'parses arguments',
  diff: 'compares texts in driftpin diff and in findings',
  pg: 'the client of servers, of db.pool and of the command line',
  'postgres-array': 'parses arrays',
  'fastest-levenshtein': 'finds the known name that a misspelled one is most like',
  'string-width': 'knows how wide a text is on the terminal',
  yaml: 'reads the front matter of skills',
  zod: 'checks what operations are given, with the path of what is wrong',
}

test('every dependency is one that there is a reason for', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(text)
  expect(Object.keys(dependencies).toSorted()).toEqual(Object.keys(wanted).toSorted())
  expect(dependencies['@electric-sql/pglite']).toMatch(/^\d+\.\d+\.\d+$/)
  const optional = Object.keys(peerDependenciesMeta).filter(
    (name) => peerDependenciesMeta[name].optional,
  )
  expect(optional.toSorted()).toEqual(Object.keys(peerDependencies).toSorted())
})
