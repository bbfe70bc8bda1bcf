import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../command-error.js'

const ending = '.image'
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Where the images of a data folder are. */
export const imagesFolder = (folder: string): string => join(folder, 'images')

/** @throws UsageError for a name that could be a path, or none at all. */
export function imageFile(folder: string, name: string): string {
  if (namePattern.test(name)) return join(imagesFolder(folder), `${name}${ending}`)
  throw new UsageError(
    'A name of an image has at most 64 letters, digits, dots, dashes and underscores, and begins ' +
      'with a letter or a digit.',
  )
}

/** The names of the images of a data folder, in the order of the alphabet. */
export async function listImageNames(folder: string): Promise<string[]> {
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

/** @throws UsageError with the names that there are. */
export async function findImageFile(folder: string, name: string): Promise<string> {
  const file = imageFile(folder, name)
  if (existsSync(file)) return file
  const names = await listImageNames(folder)
  const known = names.length > 0 ? `There are: ${names.join(', ')}.` : 'There is none yet.'
  throw new UsageError(`There is no image ${name} in ${folder}. ${known}`)
}
