import type { Dirent } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { Candidate } from './candidate.js'
import type { CandidateList } from './candidate-list.js'
import { directoryEntries } from './directory-entries.js'
import { enterDirectory } from './enter-directory.js'
import { inBatches } from './in-batches.js'
import { joinBytes } from './join-bytes.js'
import { systemErrorCode } from './system-error-code.js'
import { unreadable } from './unreadable.js'

const fileOfSkill = 'SKILL.md'

/** Directories looked into at once. */
const directoriesAtOnce = 32

/**
 * Adds the skills of one skills directory, given as the names that lead to it from the root.
 *
 * A directory that is missing or no directory adds nothing. One that cannot be entered or listed,
 * or that leaves the root, adds one resource, whose source is the directory itself.
 */
export async function listSkills(
  root: Buffer,
  names: readonly string[],
  list: CandidateList,
): Promise<void> {
  const relative = Buffer.from(names.join('/'))
  let directory = root
  for (const name of names) {
    const entered = await enterDirectory(root, joinBytes(directory, name))
    if (entered === undefined) return
    if (!Buffer.isBuffer(entered)) return list.add('skill', relative, entered)
    directory = entered
  }
  try {
    for await (const batch of inBatches(directoryEntries(directory), directoriesAtOnce)) {
      const founds = await Promise.all(batch.map((entry) => findSkill(root, directory, entry)))
      batch.forEach(({ name }, i) => {
        const found = founds[i]
        if (found !== undefined) list.add('skill', joinBytes(relative, name, fileOfSkill), found)
      })
    }
  } catch (error) {
    list.add('skill', relative, unreadable(error))
  }
}

/** Undefined for an entry that is no directory, or a directory without a skill in it. */
async function findSkill(
  root: Buffer,
  directory: Buffer,
  entry: Dirent<Buffer>,
): Promise<Candidate['found'] | undefined> {
  let real = joinBytes(directory, entry.name)
  if (entry.isSymbolicLink()) {
    const entered = await enterDirectory(root, real)
    if (!Buffer.isBuffer(entered)) return entered
    real = entered
  } else if (!entry.isDirectory()) return undefined
  const path = joinBytes(real, fileOfSkill)
  try {
    await lstat(path)
    return path
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT' ? undefined : unreadable(error)
  }
}
