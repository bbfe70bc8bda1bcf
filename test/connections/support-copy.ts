import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from, to } from 'pg-copy-streams'

/**
 * Rows as COPY writes them, in pieces that end anywhere.
 *
 * @param lineOf A row without its end.
 */
export function* piecesOf(rows: number, lineOf: (row: number) => string, pieceBytes: number) {
  let held: Buffer[] = []
  let heldBytes = 0
  for (let row = 0; row < rows; row++) {
    const line = Buffer.from(`${lineOf(row)}\n`)
    held.push(line)
    heldBytes += line.length
    if (heldBytes < pieceBytes) continue
    const all = Buffer.concat(held)
    const cut = Math.floor(all.length / pieceBytes) * pieceBytes
    for (let at = 0; at < cut; at += pieceBytes) yield all.subarray(at, at + pieceBytes)
    held = [all.subarray(cut)]
    heldBytes = all.length - cut
  }
  yield Buffer.concat(held)
}

/** Sends rows with COPY FROM STDIN, and says how many were taken. */
export async function copyIn(
  client: pg.ClientBase,
  sql: string,
  pieces: Iterable<Buffer>,
): Promise<number> {
  const stream = client.query(from(sql))
  await pipeline(Readable.from(pieces), stream)
  return stream.rowCount
}

/**
 * Reads with COPY TO STDOUT, and compares every line on its way.
 *
 * @returns How many lines came, and the first that is not what it must be.
 */
export async function copyOut(
  client: pg.ClientBase,
  sql: string,
  lineOf: (row: number) => string,
): Promise<{ rows: number; wrong: string | undefined }> {
  let rows = 0
  let wrong: string | undefined
  let rest = Buffer.alloc(0)
  for await (const chunk of client.query(to(sql))) {
    const all = Buffer.concat([rest, chunk])
    let at = 0
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, at)) {
      const line = all.toString('utf8', at, end)
      if (line !== lineOf(rows)) wrong ??= `row ${rows}: ${line.slice(0, 200)}`
      rows++
      at = end + 1
    }
    rest = all.subarray(at)
  }
  if (rest.length > 0) wrong ??= `after row ${rows}: ${rest.toString('utf8', 0, 200)}`
  return { rows, wrong }
}
