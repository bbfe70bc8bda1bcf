import { expect, test } from 'vitest'
import {
  checkedAtOnce,
  fromSchemaSql,
  type Preparation,
  restored,
  reversed,
  shuffled,
} from '../support/preparations.js'
import { openEmbedded, prepared } from './engine.js'
import { exercise, install, readReference } from './exercise.js'
import { exerciseOperations } from './exercise-operations.js'

// The full run has servers.
exercise(`PGlite ${restored.name}`, prepared(openEmbedded, restored))

/** What of the operations on PGlite is not as it is with the migrations. */
async function deviations(preparation: Preparation): Promise<readonly string[]> {
  const { answers: expected } = await readReference()
  const engine = await prepared(openEmbedded, checkedAtOnce(preparation))()
  try {
    const answers = await exerciseOperations(engine, await install(engine, 1))
    return answers.filter((answer) => !expected.includes(answer))
  } finally {
    await engine.close()
  }
}

const refused = 'deleteWorkspace refused: 23503'

test.each([restored, fromSchemaSql, reversed])(
  'keys of chats that are checked at once are found in a database $name',
  async (preparation) => {
    expect(await deviations(preparation)).toContain(refused)
  },
)

test('keys of chats that are checked at once are found in one of several random orders', async () => {
  // There are orders in which they have no effect, such as that of the migrations.
  const found: boolean[] = []
  for (const seed of [2, 3, 4, 5]) {
    found.push((await deviations(shuffled(seed))).includes(refused))
    if (found.includes(true)) break
  }
  expect(found).toContain(true)
})
