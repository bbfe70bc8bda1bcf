import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Queryable } from '../../src/index.js'
import { purge, purgeExpired } from '../../src/index.js'
import { checkHistories, type Operations, renderFailure } from '../../src/laws/index.js'
import { interceptQueries } from '../../src/laws/intercept.js'
import { ordinaryRun } from '../property/ordinary-run.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** A purge that takes what is as old as its cutoff, too. */
const defective = <Q extends Queryable>(queryable: Q): Q =>
  interceptQueries(queryable, (text, values, send) =>
    send(text.replace('updated_at < ', 'updated_at <= '), values),
  )

test('the failure that the README shows is what that defect leads to', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const operations: Partial<Operations> = {
    purge: (queryable, params) => purge(defective(queryable), params),
    purgeExpired: (queryable, params) => purgeExpired(defective(queryable), params),
  }
  const evidence = await temporaryFolder()
  const { failure } = await checkHistories({ ...ordinaryRun, operations, evidence })
  const shown = renderFailure(failure!).split('\n').slice(0, -1).join('\n')
  expect(readme).toContain(shown)
})
