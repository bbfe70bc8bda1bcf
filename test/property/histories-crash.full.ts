import { expect, test } from 'vitest'
import { unpin } from '../../src/index.js'
import { checkHistories, renderFailure } from '../../src/laws/index.js'
import { crashingJson } from '../support/crashing-json.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test('a crash of the engine is told with the history that led to it', async () => {
  const evidence = await temporaryFolder()
  const { failure } = await checkHistories({
    ...{ seed: 1, runs: 20, shrinksMax: 20, commandsMax: 20, evidence },
    operations: {
      async unpin(queryable, params) {
        const isOwn = queryable.kind === 'database' && params.ownerId === undefined
        if (isOwn) await queryable.query('SELECT $1::jsonb', [crashingJson])
        return await unpin(queryable, params)
      },
    },
  })
  expect(failure).toMatchObject({ history: [expect.stringMatching(/^unpin chat \d/)] })
  expect(JSON.stringify(failure!.findings)).toContain('Close it and open')
  const lines = renderFailure(failure!).split('\n')
  expect(lines.at(-2)).toMatch(/--replay-path \S+ --commands 20$/)
})
