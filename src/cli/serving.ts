import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { folderHolder } from './with-folder-lock.js'

const content = z.object({ pid: z.int(), url: z.string(), startedAt: z.iso.datetime() })

/** A process that has a data folder, and lets others in. */
export type Serving = z.output<typeof content>

const fileOf = (folder: string) => join(folder, 'serving.json')

/** Who serves the database of a data folder, if somebody does who runs and holds its lock. */
export async function readServing(folder: string): Promise<Serving | undefined> {
  try {
    const serving = content.parse(JSON.parse(await readFile(fileOf(folder), 'utf8')))
    return serving.pid === (await folderHolder(folder)) ? serving : undefined
  } catch {
    // None, or one that a process left that died over it.
    return undefined
  }
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
