import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type FolderFacts, type FolderHeader, readFolderImage } from '../../pglite/index.js'
import { UsageError } from '../command-error.js'

const ending = '.image'
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** The folder of the images in a data folder. */
export const imagesFolder = (folder: string): string => join(folder, 'images')

/** @throws UsageError for a name that is not valid, such as a path */
export function imageFile(folder: string, name: string): string {
  if (namePattern.test(name)) return join(imagesFolder(folder), `${name}${ending}`)
  throw new UsageError(
    'The name of an image has at most 64 letters, digits, dots, dashes and underscores. It starts ' +
      'with a letter or a digit.',
  )
}

/** The names of the images of a data folder, in alphabetical order. */
async function listImageNames(folder: string): Promise<string[]> {
  const names = await readdir(imagesFolder(folder)).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .filter((name) => namePattern.test(name))
    .sort()
}

/** @throws UsageError with the names of all images, if there is no such image */
export async function findImageFile(folder: string, name: string): Promise<string> {
  const file = imageFile(folder, name)
  if (existsSync(file)) return file
  const names = await listImageNames(folder)
  const known = names.length > 0 ? `Images: ${names.join(', ')}.` : 'There are no images yet.'
  throw new UsageError(`There is no image ${name} in ${folder}. ${known}`)
}

/** The facts about an image, from its header. */
export interface ImageFacts extends FolderFacts {
  /** The versions that wrote it. */
  readonly postgres: string
  readonly pglite: string
}

/** An image of a data folder. The facts are null if its file is damaged. */
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

/** All images of a data folder, by name. */
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
