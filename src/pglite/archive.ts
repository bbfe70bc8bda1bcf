import { PGlite } from '@electric-sql/pglite'
import type { Extensions } from './engine/open-engine.js'
import { plainParameters } from './engine/start-parameters.js'
import { readWasm } from './engine/wasm.js'
import { decodeParts, driftpinVersion, encodeParts } from './image-format.js'

/** A data directory, as PGlite archives it. */
export interface Archive {
  readonly tar: Blob
  /** The version of PostgreSQL. */
  readonly postgres: string
}

/** The parameters that a PGlite on an archive starts with. */
export const startParams = [...plainParameters]

/** Archives the committed data of a PGlite. */
export async function archiveOf(pglite: PGlite): Promise<Archive> {
  await pglite.exec('CHECKPOINT')
  const { rows } = await pglite.query<{ postgres: string }>(
    "SELECT current_setting('server_version') AS postgres",
  )
  return { tar: await pglite.dumpDataDir('none'), postgres: rows[0]!.postgres }
}

/** Makes a database and archives it. */
export async function buildArchive(
  extensions: Extensions,
  prepare: (pglite: PGlite) => Promise<void>,
): Promise<Archive> {
  await using pglite = await PGlite.create({ extensions, startParams })
  await prepare(pglite)
  return await archiveOf(pglite)
}

/** The bytes of an archive, in an image. */
export async function encodeArchive(
  { tar, postgres }: Archive,
  key: string,
): Promise<Uint8Array[]> {
  const { version: pglite } = await readWasm()
  const versions = { driftpin: driftpinVersion, pglite, postgres }
  const bytes = new Uint8Array(await tar.arrayBuffer())
  return encodeParts({ kind: 'archive', versions, key }, [bytes])
}

/** @throws DriftpinError `image_damaged` and `image_foreign`. */
export function decodeArchive(file: Buffer, key: string): Archive {
  const { header, body } = decodeParts(file, 'archive', key)
  return { tar: new Blob([new Uint8Array(body)]), postgres: header.versions.postgres }
}
