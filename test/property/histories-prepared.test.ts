import { expect, test } from 'vitest'
import { assertHistories, checkHistories } from '../../src/laws/index.js'
import {
  checkedAtOnce,
  fromSchemaSql,
  type Preparation,
  restored,
  reversed,
  shuffled,
} from '../support/preparations.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { ordinaryRun } from './ordinary-run.js'

// No result may depend on the order in which the catalog has the foreign keys.

/** The planted defect is found within these; the full run has more. */
const fewer = { ...ordinaryRun, runs: 8 }

test.each([restored, fromSchemaSql, reversed, shuffled(2)])(
  'every law holds over random histories on a database $name',
  async ({ prepare }) => {
    const report = await assertHistories({ ...fewer, migrations: [], prepare })
    expect(report.runs).toBe(fewer.runs)
  },
)

/** The law that the keys as they were in 0.1 break. */
async function brokenLaw(preparation: Preparation) {
  const { failure } = await checkHistories({
    ...fewer,
    ...{ migrations: [], prepare: checkedAtOnce(preparation).prepare },
    ...{ shrinksMax: 0, evidence: await temporaryFolder() },
  })
  return failure?.law?.number
}

test.each([restored, fromSchemaSql, reversed])(
  'keys of chats that are checked at once break a law on a database $name',
  async (preparation) => {
    expect(await brokenLaw(preparation)).toBe(3)
  },
)

test('keys of chats that are checked at once break a law in one of several random orders', async () => {
  // There are orders in which they have no effect, such as that of the migrations.
  const found: unknown[] = []
  for (const seed of [2, 3, 4, 5]) {
    found.push(await brokenLaw(shuffled(seed)))
    if (found.includes(3)) break
  }
  expect(found).toContain(3)
})
