import type { Database } from '../../src/index.js'
import { goodCalls, makeWorld } from './make-world.js'
import { call, commitsBatches } from './operations.js'
import { type Sent, watching } from './watching.js'

/** Runs every operation, by itself and in a transaction, and answers all that was sent. */
export async function sendEverything(database: Database): Promise<Sent[]> {
  const sent: Sent[] = []
  const watched = watching(database, sent)
  for (const inside of [false, true]) {
    for (const [name, params] of goodCalls(await makeWorld(database))) {
      const alone = !inside || commitsBatches(name)
      if (alone) await call(name, watched, params)
      else await watched.transaction((transaction) => call(name, transaction, params))
    }
  }
  return sent
}
