import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { DriftpinError } from '../errors.js'
import type { KeptImage } from './engine/image.js'
import { encodeImage } from './engine/image-file.js'

/** What images that a person opens are made from: nothing that could have changed since. */
export const savedKey = 'saved'

/**
 * Writes an image under a name that appears when it is complete.
 *
 * @throws DriftpinError `image_unusable` if there is none.
 */
export async function saveImage(path: string, image: KeptImage | undefined): Promise<void> {
  if (!image) {
    throw new DriftpinError('image_unusable', 'Without images a database cannot be saved.', {})
  }
  const unfinished = `${path}.${randomUUID()}.tmp`
  try {
    // It holds rows: nobody else's business.
    await writeFile(unfinished, Buffer.concat(encodeImage(image, savedKey)), { mode: 0o600 })
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true }).catch(() => {})
  }
}
