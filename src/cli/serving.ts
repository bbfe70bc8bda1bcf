import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderHolder } from './with-folder-lock.js'

/** A process that has a data folder, and lets others in. */
export interface Serving {
  readonly pid: number
  readonly url: string
  readonly startedAt: string
  /** The image that it was asked to go back to last, and why it did not, where it did not. */
  readonly restored?: { readonly id: string; readonly problem?: string | undefined } | undefined
}

const fileOf = (folder: string) => join(folder, 'serving.json')

/** Who serves the database of a data folder, if somebody does who runs and holds its lock. */
export async function readServing(folder: string): Promise<Serving | undefined> {
  try {
    const text = await readFile(fileOf(folder), 'utf8')
    const serving: Serving = (await content()).parse(JSON.parse(text))
    return serving.pid === (await folderHolder(folder)) ? serving : undefined
  } catch {
    // None, or one that a process left that died over it.
    return undefined
  }
}

/** Loaded by who reads it: a database that starts only writes it. */
async function content() {
  const { z } = await import('zod')
  return z.object({
    pid: z.int(),
    url: z.string(),
    startedAt: z.iso.datetime(),
    restored: z.object({ id: z.string(), problem: z.string().optional() }).optional(),
  })
}

/** Tells other commands where the database is. It appears whole, and only this user reads it. */
export async function writeServing(folder: string, serving: Serving): Promise<void> {
  const made = `${fileOf(folder)}.${process.pid}`
  await writeFile(made, JSON.stringify(serving), { mode: 0o600 })
  await rename(made, fileOf(folder))
}

/** Before the folder is given back. */
export async function removeServing(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true })
}
