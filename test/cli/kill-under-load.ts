import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect } from 'vitest'
import { queryOnce } from '../support/query-once.js'
import { DevProcess, type DevStart } from './dev-process.js'

/** What came of killing a database while clients wrote to it. */
export interface KillsUnderLoad {
  readonly acknowledged: number
  /** Writes that a client was told of and that are not there. */
  readonly lost: number
  /** Transactions of which a part is there, whether a client was told of them or not. */
  readonly torn: number
}

/** What a server says that ends its clients. */
const shutDown = '57P01'
const codeOf = (error: Error) => (error as { code?: string }).code

const clientsAtOnce = 2
const rowsOfTransaction = 3

/**
 * Ends a `driftpin dev` as often as asked, each time after another while, in the midst of what two
 * clients write, and looks for all that was ever acknowledged when it was started again.
 *
 * @param signal What ends it; one that it can hear ends it well.
 */
export async function killUnderLoad(
  start: DevStart,
  kills: number,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<KillsUnderLoad> {
  const written: { transaction: number; text: string }[] = []
  let transaction = 0
  for (let kill = 0; kill <= kills; kill++) {
    await using dev = new DevProcess({ ...start, args: [...(start.args ?? []), '--json'] })
    const { url } = await dev.ready()
    if (kill === 0)
      await queryOnce(url, 'CREATE TABLE acknowledged (transaction int, n int, text text)')
    if (kill === kills) return { acknowledged: written.length, ...(await look(url, written)) }
    const next = () => {
      transaction += 1
      // From some bytes to more than a page of the log holds.
      return { transaction, text: `${transaction} `.repeat(1 + ((transaction * 37) % 4000)) }
    }
    const clients = Array.from({ length: clientsAtOnce }, () => write(url, next, written))
    // In the midst of something, never of the same thing.
    const enough = written.length + 1 + ((kill * 7) % 40)
    const all = Promise.all(clients)
    let isOver = false
    const over = () => {
      isOver = true
    }
    all.then(over, over)
    await Promise.race([all, until(() => isOver || written.length >= enough)])
    // One that ended by itself was not killed in the midst of anything.
    expect(written.length).toBeGreaterThanOrEqual(enough)
    await sleep((kill * 5) % 12)
    expect(await dev.end(signal)).toBe(signal === 'SIGKILL' ? signal : 0)
    await all
  }
  throw new Error('unreachable')
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1)
}

/** Writes until the connection is lost, and notes what was acknowledged. */
async function write(
  url: string,
  next: () => { transaction: number; text: string },
  written: { transaction: number; text: string }[],
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    for (;;) {
      const one = next()
      await client.query('BEGIN')
      for (let n = 0; n < rowsOfTransaction; n++) {
        await client.query('INSERT INTO acknowledged VALUES ($1, $2, $3)', [
          one.transaction,
          n,
          one.text,
        ])
      }
      await client.query('COMMIT')
      written.push(one)
    }
  } catch (error) {
    // What the database says has a severity; that it is gone has none, unless it could say so.
    const isGone = error instanceof Error && (!('severity' in error) || codeOf(error) === shutDown)
    if (!isGone) throw error
  } finally {
    await client.end().catch(() => {})
  }
}

async function look(url: string, written: readonly { transaction: number; text: string }[]) {
  const rows = await queryOnce(
    url,
    'SELECT transaction, count(*)::int AS rows, min(text) AS text, max(text) AS other FROM acknowledged GROUP BY 1',
  )
  const found = new Map(rows.map((row) => [row.transaction, row]))
  const isThere = ({ transaction, text }: { transaction: number; text: string }) => {
    const row = found.get(transaction)
    return row?.rows === rowsOfTransaction && row.text === text && row.other === text
  }
  return {
    lost: written.filter((one) => !isThere(one)).length,
    torn: rows.filter((row) => row.rows !== rowsOfTransaction).length,
  }
}
