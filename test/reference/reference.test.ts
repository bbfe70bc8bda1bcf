import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkExamples } from './check-examples.js'
import { readPage, readPages, repository } from './read-pages.js'

const pages = await readPages()
const isBare = ({ examples }: { readonly examples: readonly string[] }) => examples.length === 0

test('every entry point has its page', async () => {
  const text = await readFile(join(repository, 'package.json'), 'utf8')
  const entries = Object.entries(JSON.parse(text).exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([name]) => name.replace('.', 'driftpin'))
  expect([...new Set(pages.map(({ entry }) => entry))].toSorted()).toEqual(entries.toSorted())
})

test('every public name has an example', () => {
  const bare = pages.filter(isBare).map(({ entry, name }) => `${name} of ${entry} has no @example`)
  expect(pages.length).toBeGreaterThan(150)
  expect(bare).toEqual([])
})

/** Of the clients' own types, and of columns, it is said elsewhere: in COMMENTs. */
const describedElsewhere =
  /Like$|^driftpin (DriftpinTables|\w+(Constraints|Keys|Names))$|^driftpin\/laws (Chat|Resource)$/

test('every property of a public type has a sentence', () => {
  const bare = pages.flatMap(({ entry, name, undescribed }) =>
    describedElsewhere.test(`${entry} ${name}`)
      ? []
      : undescribed.map((property) => `${entry} ${name}.${property}`),
  )
  expect(bare).toEqual([])
})

test('every example is one that the compiler takes', async () => {
  expect(await checkExamples(pages)).toEqual([])
})

test('an example that is wrong is told by its name, and a name without one is seen', async () => {
  const page = [
    '### createChat()\n\n#### Example\n\n```ts\nawait createChat(database, { owner: ownerId })\n```\n',
    '### Pin\n\n| Property | Type | Description |\n| - | - | - |\n' +
      '| `source` | `string` | Where. |\n| `kind` | `a` \\| `b` | - |\n',
  ]
  const planted = readPage('driftpin', page.join('\n'))
  expect(planted.filter(isBare).map(({ name }) => name)).toEqual(['Pin'])
  expect(planted.map(({ undescribed }) => undescribed)).toEqual([[], ['kind']])
  const [told, ...more] = await checkExamples(planted, pages)
  expect(told).toMatch(/^driftpin createChat: error TS2561: .*'owner' does not exist/)
  expect(more).toEqual([])
})
