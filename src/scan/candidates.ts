import type { Dirent } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { type BodyKind, inHashOrder, limits } from '../schema/index.js'
import {
  directoryEntries,
  enterDirectory,
  inBatches,
  joinBytes,
  present,
  type Refusal,
  type ScanRoot,
  systemErrorCode,
  unreadable,
} from './file-system.js'

/** A resource that was found by its name, before its content is read. */
export interface Candidate {
  readonly kind: Extract<BodyKind, 'instruction_file' | 'mcp_config' | 'skill'>
  /** The path as found, under the root's chosen name. */
  readonly source: string
  /** The path to read it at, or why there is nothing to read. */
  readonly found: Buffer | Refusal
}

/** The files at the top of a root that are resources, by name. */
const filesAtTop: Readonly<Record<string, Candidate['kind']>> = {
  'AGENTS.md': 'instruction_file',
  'CLAUDE.md': 'instruction_file',
  '.cursorrules': 'instruction_file',
  '.mcp.json': 'mcp_config',
}

/** The directories that hold skills, each as the names on its path from the root. */
const skillsDirectories = [
  ['skills'],
  ['.agents', 'skills'],
  ['.claude', 'skills'],
  ['.codex', 'skills'],
] as const

const fileOfSkill = 'SKILL.md'

/** How many skill directories are looked into concurrently. */
const directoriesAtOnce = 32

/**
 * Whether a change of a path can change the result of a scan. This is the case for the root, a
 * file at its top, a directory on the path to skills, and a file of a skill. A watcher that asks
 * this never watches a whole project.
 */
export function canChangeScan(root: string, path: string): boolean {
  const names = relative(root, path).split(sep)
  if (names[0] === '' || Object.hasOwn(filesAtTop, names.join('/'))) return true
  return skillsDirectories.some((leading) => {
    // A skill is a directory with a certain file directly in it.
    const isNear = names.length <= leading.length + 2
    return isNear && leading.every((name, index) => (names[index] ?? name) === name)
  })
}

/**
 * Finds the resources of a root by their names only, without reading their content.
 *
 * The top directory is listed rather than searched for each name. So a root that may be listed but
 * not entered reports the files that it has, and not those that it might have.
 *
 * Throws what the system reports if the root cannot be listed.
 */
export async function listCandidates(
  root: ScanRoot,
): Promise<{ candidates: readonly Candidate[]; leftOut: string }> {
  const list = new CandidateList(root.name)
  const leading = new Set<string>(skillsDirectories.map(([first]) => first))
  const leadingFound = new Set<string>()
  for await (const { name } of directoryEntries(root.real)) {
    const text = name.toString()
    const kind = Object.hasOwn(filesAtTop, text) ? filesAtTop[text] : undefined
    if (kind !== undefined) list.add(kind, name, joinBytes(root.real, name))
    else if (leading.has(text)) leadingFound.add(text)
  }
  for (const names of skillsDirectories) {
    if (leadingFound.has(names[0])) await addSkills(root.real, names, list)
  }
  return { candidates: list.inOrder(), leftOut: list.leftOut() }
}

/**
 * Adds the skills of one skills directory, given as the names on its path from the root.
 *
 * If the directory is missing or is not a directory, nothing is added. If it cannot be entered or
 * listed, or leaves the root, one resource is added whose source is the directory itself.
 */
async function addSkills(
  root: Buffer,
  names: readonly string[],
  list: CandidateList,
): Promise<void> {
  const path = Buffer.from(names.join('/'))
  let directory = root
  for (const name of names) {
    const entered = await enterDirectory(root, joinBytes(directory, name))
    if (entered === undefined) return
    if (!Buffer.isBuffer(entered)) return list.add('skill', path, entered)
    directory = entered
  }
  try {
    for await (const batch of inBatches(directoryEntries(directory), directoriesAtOnce)) {
      const founds = await Promise.all(batch.map((entry) => findSkill(root, directory, entry)))
      batch.forEach(({ name }, i) => {
        const found = founds[i]
        if (found !== undefined) list.add('skill', joinBytes(path, name, fileOfSkill), found)
      })
    }
  } catch (error) {
    list.add('skill', path, unreadable(error))
  }
}

/** Undefined for an entry that is not a directory, and for a directory without a skill in it. */
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

/**
 * Collects candidates and keeps the first of them in the order of the hashes. So which
 * candidates are kept does not depend on the order in which the file system lists them.
 *
 * It holds at most twice `limits.resourcesMax` candidates, however many are added.
 */
class CandidateList {
  readonly #rootName: string
  #kept: Candidate[] = []
  #leftOut = { 'past max': 0, 'not UTF-8': 0, 'too long': 0 }

  constructor(rootName: string) {
    this.#rootName = rootName
  }

  /** Adds a candidate by its path below the root. If its source cannot be stored, it is counted. */
  add(kind: Candidate['kind'], path: Buffer, found: Candidate['found']): void {
    const presented = present(this.#rootName, path)
    if ('path' in presented) {
      this.#kept.push({ kind, source: presented.path, found })
      if (this.#kept.length >= 2 * limits.resourcesMax) this.#cut()
    } else this.#leftOut[presented.unstorable]++
  }

  /** The candidates that are kept, in hash order. */
  inOrder(): readonly Candidate[] {
    this.#cut()
    return this.#kept
  }

  /** What was left out, as a sentence for `snapshotError`; empty if nothing was. */
  leftOut(): string {
    this.#cut()
    const { 'past max': pastMax, 'not UTF-8': notUtf8, 'too long': tooLong } = this.#leftOut
    const verb = notUtf8 === 1 ? 'is' : 'are'
    return [
      pastMax > 0 &&
        `${counted(pastMax, 'resource')} past the first ${limits.resourcesMax} left out`,
      notUtf8 > 0 && `${counted(notUtf8, 'name')} that ${verb} not UTF-8 left out`,
      tooLong > 0 && `${counted(tooLong, 'source')} over ${limits.sourceBytesMax} bytes left out`,
    ]
      .filter(Boolean)
      .join('; ')
  }

  #cut(): void {
    this.#kept = inHashOrder(this.#kept)
    this.#leftOut['past max'] += Math.max(0, this.#kept.length - limits.resourcesMax)
    this.#kept.length = Math.min(this.#kept.length, limits.resourcesMax)
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
