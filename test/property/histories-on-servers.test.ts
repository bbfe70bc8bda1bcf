import { describe, expect, test } from 'vitest'
import { push } from '../../src/index.js'
import { checkHistories } from '../../src/laws/index.js'
import { rewriting } from './race-defects.js'
import { useRaceServer } from './race-server.js'

describe('a history on a server that breaks a law', () => {
  const server = useRaceServer(18)

  test('is found and shrunk, and the schemas that it left are kept and named', async () => {
    const { failure } = await checkHistories({
      ...{ server: server.url, seed: 1, runs: 20, shrinksMax: 40 },
      operations: {
        // Those that differ from live are left as they are.
        push: (queryable, params) =>
          push(
            rewriting(queryable, 'stamp and mark chats', (text) =>
              text.replace(
                'THEN coalesce(chat.context_dirty_since',
                'AND false THEN coalesce(chat.context_dirty_since',
              ),
            ),
            params,
          ),
      },
    })
    expect(failure?.law).toMatchObject({ number: 8, name: 'Drift' })
    const kept = await server.schemas()
    expect(kept).toHaveLength(2)
    for (const name of kept) expect(failure!.kept).toContain(`"${name}"`)
  })
})
