import { stat } from 'node:fs/promises'
import { type FolderFacts, type FolderHeader, readFolderImage } from '../../pglite/index.js'
import { imageFile, listImageNames } from './image-place.js'

/** What an image says about itself. */
export interface ImageFacts extends FolderFacts {
  /** The versions that made it. */
  readonly postgres: string
  readonly pglite: string
}

/** An image of a data folder; without facts if its file is damaged. */
export interface ListedImage {
  readonly name: string
  readonly bytes: number
  readonly facts: ImageFacts | null
}

export function factsOf({
  savedAt,
  versions: { postgres, pglite },
  migrations,
}: FolderFacts & Pick<FolderHeader, 'versions'>): ImageFacts {
  return { savedAt, postgres, pglite, migrations }
}

/** The images of a data folder, by name. */
export async function listImages(folder: string): Promise<ListedImage[]> {
  const names = await listImageNames(folder)
  return await Promise.all(
    names.map(async (name) => {
      const file = imageFile(folder, name)
      return { name, bytes: (await stat(file)).size, facts: readFacts(file) }
    }),
  )
}

function readFacts(file: string): ImageFacts | null {
  try {
    return factsOf(readFolderImage(file))
  } catch {
    return null
  }
}
