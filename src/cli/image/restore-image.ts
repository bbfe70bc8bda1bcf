import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DriftpinError } from '../../errors.js'
import { layFolderImage, readFolderImage } from '../../pglite/index.js'
import {
  newDatabaseFolder,
  type RestoreRequest,
  readServing,
  refuseForeignDatabase,
  replaceDatabase,
  restoreChannel,
  restorePayload,
  type Serving,
  settleDatabase,
} from '../data-folder.js'
import { postgresMajor } from '../dev/postgres-major.js'
import { withFolderLock } from '../with-folder-lock.js'
import { findImageFile } from './image-place.js'
import { factsOf, type ImageFacts } from './list-images.js'

const pollMs = 25
const askMs = 1000
/** A start takes less than a second, and migrations that are behind their own time. */
const answerMsMax = 120_000

/**
 * Puts the database of a data folder back to where it was when an image was saved. All of the image
 * is checked before anything is replaced. A `driftpin dev` that serves the folder ends its clients
 * and serves the other database at the same place.
 *
 * @throws UsageError where there is no such image, and DriftpinError `image_damaged` and
 * `image_foreign` for one that cannot be gone back to. The database is then as it was.
 */
export async function restoreImage(folder: string, name: string): Promise<ImageFacts> {
  const file = await findImageFile(folder, name)
  refuseForeignDatabase(folder, 'an image')
  const facts = factsOf(readFolderImage(file))
  if (!facts.postgres.startsWith(`${postgresMajor}.`)) {
    throw new DriftpinError(
      'image_foreign',
      `The image ${name} is of PostgreSQL ${facts.postgres}, and this driftpin has PostgreSQL ` +
        `${postgresMajor}. Go back to it with the version that saved it.`,
      facts,
    )
  }
  const id = randomUUID()
  const made = newDatabaseFolder(folder, id)
  try {
    const serving = await readServing(folder)
    if (serving) {
      layFolderImage(file, made)
      await askToRestore(folder, serving, { id, name })
    } else {
      await withFolderLock(folder, async () => {
        await settleDatabase(folder)
        layFolderImage(file, made)
        await (await replaceDatabase(folder, made)).keep()
      })
    }
    return facts
  } finally {
    if (existsSync(made)) await rm(made, { recursive: true, force: true })
  }
}

/** Who serves a database is the only one who can put another in its place. */
async function askToRestore(
  folder: string,
  { pid, url }: Serving,
  request: RestoreRequest,
): Promise<void> {
  for (let waited = 0; waited < answerMsMax; waited += pollMs) {
    // Between two databases nobody listens.
    if (waited % askMs === 0) await ask(url, request)
    const serving = await readServing(folder)
    if (serving?.restored?.id === request.id) {
      const { problem } = serving.restored
      if (problem === undefined) return
      const message = `The database is as it was: the image cannot be served. ${problem}`
      throw new DriftpinError('image_unusable', message, { problem })
    }
    if (serving?.pid !== pid) {
      throw new Error(`The driftpin dev of process ${pid} ended meanwhile. Try again.`)
    }
    await sleep(pollMs)
  }
  throw new Error(`The driftpin dev of process ${pid} has not answered. Stop it, and try again.`)
}

/** A client is ended together with the database that it is connected to, and asks again then. */
async function ask(url: string, request: RestoreRequest): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT pg_notify($1, $2)', [restoreChannel, restorePayload(request)])
  } catch {
    // What is to be known stands in the file that is looked at.
  } finally {
    await client.end().catch(() => {})
  }
}
