import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DriftpinError } from '../errors.js'
import { type ResourceInput, whyNotStorable } from '../schema/index.js'
import { listCandidates } from './candidates.js'
import { inBatches, systemErrorCode } from './file-system.js'
import { Intake } from './intake.js'
import { readCandidate } from './read-candidate.js'

/**
 * Options of {@link scan}.
 *
 * @example
 * ```ts
 * const options: ScanOptions = { rootName: '/home/dev/shop' }
 * const { resources } = await scan('/var/lib/workspaces/17/shop', options)
 * ```
 */
export interface ScanOptions {
  /**
   * The name of the root in every source, whatever the directory is called on this machine. By
   * default it is the absolute path of the directory. Trailing slashes are removed.
   */
  readonly rootName?: string
}

/**
 * The result of a scan. With an agent and a version, it is a push. Equal trees under one root name
 * have equal results.
 *
 * @example
 * ```ts
 * const found: ScanResult = await scan('.')
 * if (found.snapshotError !== '') console.warn(found.snapshotError)
 * await push(database, { agentId, version: 1, ...found })
 * ```
 */
export interface ScanResult {
  /** The name of the root in the sources, without trailing slashes. */
  readonly rootName: string
  /** In the order of the hashes: by kind name, then source, both in bytes. */
  readonly resources: readonly ResourceInput[]
  /** How much was left out of `resources`, and why; empty if nothing was. */
  readonly snapshotError: string
}

/** How many files are read concurrently. Each holds one buffer of `scanLimits.resourceBytesMax`. */
const filesAtOnce = 16

/**
 * Reads the context that a coding agent would find in a directory: `AGENTS.md`, `CLAUDE.md`,
 * `.cursorrules` and `.mcp.json` at its top, and the skills in `skills`, `.agents/skills`,
 * `.claude/skills` and `.codex/skills`.
 *
 * The result is an acceptable push for every tree. A resource that cannot be taken is reported
 * with a status and an error text; one that cannot even be reported is counted in `snapshotError`.
 * The limits are those of `limits` and `scanLimits`. Links are followed inside the directory only,
 * and only regular files are opened. No text of the result contains the real path on the machine,
 * unless that path is the root name.
 *
 * @throws DriftpinError `scan_root_not_found`, `scan_root_not_a_directory` or
 * `scan_root_unreadable` if the directory cannot be scanned, and `invalid_input` for a path or a
 * root name that PostgreSQL could not store.
 *
 * @example
 * ```ts
 * const found = await scan('.', { rootName: '/home/dev/shop' })
 * await push(database, { agentId, version: Date.now(), ...found })
 * ```
 */
export async function scan(directory: string, options: ScanOptions = {}): Promise<ScanResult> {
  refuseUnstorable('The directory to scan', directory)
  if (directory === '') {
    throw new DriftpinError(
      'invalid_input',
      'The directory to scan is an empty string. Give a path, for example ".".',
      { directory },
    )
  }
  const given = options.rootName ?? resolve(directory)
  refuseUnstorable('The root name of a scan', given)
  const real = await realpath(directory, { encoding: 'buffer' }).catch((error) => {
    throw rootError(directory, error, 'resolve')
  })
  const root = { name: given.replace(/\/+$/, ''), real }

  const { candidates, leftOut } = await listCandidates(root).catch((error) => {
    throw rootError(directory, error, 'list')
  })
  const intake = new Intake()
  const resources: ResourceInput[] = []
  for await (const batch of inBatches(candidates, filesAtOnce)) {
    const readings = await Promise.all(batch.map((candidate) => readCandidate(root, candidate)))
    batch.forEach((candidate, i) => {
      resources.push(intake.take(candidate, readings[i]!))
    })
  }
  return { rootName: root.name, resources, snapshotError: leftOut }
}

function refuseUnstorable(what: string, text: string): void {
  const reason = typeof text === 'string' ? whyNotStorable(text) : 'is not a string'
  if (reason === undefined) return
  throw new DriftpinError(
    'invalid_input',
    `${what} ${reason}. Give a text without NUL and lone surrogates.`,
    { text, reason },
  )
}

/**
 * The error for a root that cannot be scanned, with the system's error as its cause.
 *
 * ENOTDIR has two meanings: while the path is resolved, the path leads through a file and names
 * nothing; while the directory is listed, the path itself names a file. An error that is not from
 * the system is thrown unchanged.
 */
function rootError(directory: string, cause: unknown, during: 'resolve' | 'list'): DriftpinError {
  const code = systemErrorCode(cause)
  if (code === undefined) throw cause
  const path = JSON.stringify(directory)
  if (code === 'ENOTDIR' && during === 'list') {
    return new DriftpinError(
      'scan_root_not_a_directory',
      `${path} is not a directory, so it cannot be scanned. Give the directory that contains it.`,
      cause,
    )
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DriftpinError(
      'scan_root_not_found',
      `There is no directory ${path} to scan. Check the path, or create the directory first.`,
      cause,
    )
  }
  return new DriftpinError(
    'scan_root_unreadable',
    `The directory ${path} cannot be scanned (${code}). ` +
      'The user of this process needs permission to read and enter it.',
    cause,
  )
}
