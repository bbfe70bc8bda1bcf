import { stat } from 'node:fs/promises'
import type { ImageFacts } from './image-format.js'
import { imageFile, listImageNames } from './image-place.js'
import { readImageFacts } from './read-image.js'

/** An image of a data folder; without facts where its file says none that can be read. */
export interface ListedImage {
  readonly name: string
  readonly bytes: number
  readonly facts: ImageFacts | null
}

/** The images of a data folder, by name. */
export async function listImages(folder: string): Promise<ListedImage[]> {
  const names = await listImageNames(folder)
  return await Promise.all(
    names.map(async (name) => {
      const file = imageFile(folder, name)
      return { name, bytes: (await stat(file)).size, facts: factsOf(file) }
    }),
  )
}

function factsOf(file: string): ImageFacts | null {
  try {
    return readImageFacts(file)
  } catch {
    return null
  }
}
