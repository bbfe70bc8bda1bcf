import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openImage } from '../../src/harness/index.js'
import type { Database } from '../../src/index.js'
import { history } from '../../src/laws/arbitraries/index.js'
import {
  assertHistories,
  checkHistories,
  laws,
  openHistoryRunner,
  renderFailure,
} from '../../src/laws/index.js'

/** A ninth table of chats, without a key that cascades: what a host might add and forget. */
const addVotes = async ({ schema, query }: Database) => {
  await query(`CREATE TABLE "${schema}".chat_votes (chat_id uuid NOT NULL, id int DEFAULT 1,
    PRIMARY KEY (chat_id, id))`)
}

test('a failure is told from the law to the database, and replays from its line', async () => {
  const evidence = await mkdtemp(join(tmpdir(), 'driftpin-laws-'))
  const options = { seed: 3, prepare: addVotes, evidence }
  const { failure } = await checkHistories({ ...options, runs: 20 })
  const { seed, path, replayPath } = failure!
  const lines = renderFailure(failure!).split('\n')
  expect(lines[0]).toMatch(/^Law 12, Structure: /)
  expect(lines).toContain('   3. create chat 1 at agent 1')
  expect(lines.join('\n')).toContain('chat_votes: chat_id does not cascade')
  expect(lines.at(-2)).toContain(`--seed ${seed} --path ${path}`)
  const again = await checkHistories({ ...options, path, replayPath })
  expect(again.failure).toMatchObject({ law: failure!.law, history: failure!.history })

  const [image] = await readdir(evidence)
  expect(lines.at(-1)).toContain(image)
  await using kept = await openImage(join(evidence, image!))
  const { rows } = await kept.query('SELECT count(*)::int AS chats FROM chats')
  expect(rows).toEqual([{ chats: 2 }])
})

test('a broken law is an error with its code for a test that asserts', async () => {
  const evidence = await mkdtemp(join(tmpdir(), 'driftpin-laws-'))
  const asserting = assertHistories({ seed: 3, runs: 1, prepare: addVotes, evidence })
  await expect(asserting).rejects.toMatchObject({ code: 'law_broken', cause: { seed: 3 } })
})

test.each([
  { runs: 0 },
  { seed: 1.5 },
  { commandsMax: 0 },
  { path: '1:2' },
  { seed: 1, path: 'x' },
  { seed: 1, replayPath: 'A:B' },
  { doublecheck: true, server: 'postgresql://127.0.0.1:1/x' },
])('%j is refused before anything is opened', async (options) => {
  await expect(checkHistories(options)).rejects.toMatchObject({ code: 'invalid_input' })
})

test('a property of one own runs histories, and hears of a broken law', async () => {
  await using runner = await openHistoryRunner()
  const property = fc.asyncProperty(history({ commandsMax: 5 }), (made) => runner.run(made))
  await fc.assert(property, { seed: 1, numRuns: 3 })
  await using broken = await openHistoryRunner({ prepare: addVotes })
  const [made] = fc.sample(history({ commandsMax: 5 }), { seed: 1, numRuns: 1 })
  await expect(broken.run(made!)).rejects.toMatchObject({ code: 'law_broken' })
})

test('there are fifteen laws, and the model as a whole', () => {
  const numbers = laws.map(({ number }) => number)
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n))
})
