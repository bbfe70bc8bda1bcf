import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DriftpinError } from '../../errors.js'
import { extractFolderImage, readFolderImage } from '../../pglite/index.js'
import {
  newDatabaseFolder,
  postgresMajor,
  type RestoreRequest,
  readServing,
  refuseForeignDatabase,
  replaceDatabase,
  restoreChannel,
  restorePayload,
  type Serving,
  withDataFolder,
} from '../data-folder.js'
import { factsOf, findImageFile, type ImageFacts } from './images.js'

const pollMs = 25
const askMs = 1000
/** Starting takes less than a second, but pending migrations may take long. */
const answerMsMax = 120_000

/**
 * Replaces the database of a data folder by an image. The whole image is checked first. A
 * `driftpin dev` that serves the folder disconnects its clients and then serves the image's
 * database at the same address.
 *
 * @throws UsageError if there is no such image, and DriftpinError `image_damaged` or
 * `image_foreign` if it cannot be restored. The database is not changed then.
 */
export async function restoreImage(folder: string, name: string): Promise<ImageFacts> {
  const file = await findImageFile(folder, name)
  refuseForeignDatabase(folder, 'an image')
  const facts = factsOf(readFolderImage(file))
  if (!facts.postgres.startsWith(`${postgresMajor}.`)) {
    throw new DriftpinError(
      'image_foreign',
      `The image ${name} contains a database of PostgreSQL ${facts.postgres}, but this driftpin ` +
        `uses PostgreSQL ${postgresMajor}. Restore it with the version that saved it.`,
      facts,
    )
  }
  const id = randomUUID()
  const made = newDatabaseFolder(folder, id)
  try {
    const serving = await readServing(folder)
    if (serving) {
      extractFolderImage(file, made)
      await askToRestore(folder, serving, { id, name })
    } else {
      await withDataFolder(folder, async () => {
        extractFolderImage(file, made)
        await (await replaceDatabase(folder, made)).keep()
      })
    }
    return facts
  } finally {
    if (existsSync(made)) await rm(made, { recursive: true, force: true })
  }
}

/** Asks the process that serves a database to replace it: no other process can do that. */
async function askToRestore(
  folder: string,
  { pid, url }: Serving,
  request: RestoreRequest,
): Promise<void> {
  for (let waited = 0; waited < answerMsMax; waited += pollMs) {
    // Repeated, because no server listens while one database replaces another.
    if (waited % askMs === 0) await send(url, request)
    const serving = await readServing(folder)
    if (serving?.restored?.id === request.id) {
      const { problem } = serving.restored
      if (problem === undefined) return
      const message = `The image cannot be served, and the database was not changed: ${problem}`
      throw new DriftpinError('image_unusable', message, { problem })
    }
    if (serving?.pid !== pid) {
      throw new Error(`The driftpin dev of process ${pid} ended in the meantime. Try again.`)
    }
    await sleep(pollMs)
  }
  throw new Error(`The driftpin dev of process ${pid} has not answered. Stop it, and try again.`)
}

/** Sends a request. The connection may be ended together with the database. */
async function send(url: string, request: RestoreRequest): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT pg_notify($1, $2)', [restoreChannel, restorePayload(request)])
  } catch {
    // The result is in serving.json, which the caller reads.
  } finally {
    await client.end().catch(() => {})
  }
}
