import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import type { KeptImage } from './engine/image.js'
import { encodeImage } from './engine/image-file.js'

/** What images that a person opens are made from: nothing that could have changed since. */
export const savedKey = 'saved'

/** Writes an image under a name that appears when it is whole. */
export async function saveImage(path: string, image: KeptImage): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`
  try {
    // It holds rows: nobody else's business.
    await writeFile(unfinished, Buffer.concat(encodeImage(image, savedKey)), { mode: 0o600 })
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true }).catch(() => {})
  }
}
