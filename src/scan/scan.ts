import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DriftpinError } from '../errors.js'
import { aggregateHash, type ResourceInput, whyNotStorable } from '../schema/index.js'
import { inBatches } from './in-batches.js'
import { Intake } from './intake.js'
import { listCandidates } from './list-candidates.js'
import { readCandidate } from './read-candidate.js'
import { rootError } from './root-error.js'

/**
 * How a directory is scanned.
 *
 * @example
 * ```ts
 * const options: ScanOptions = { rootName: '/home/dev/shop' }
 * const { resources } = await scan('/var/lib/workspaces/17/shop', options)
 * ```
 */
export interface ScanOptions {
  /**
   * How the root is presented in every source, whatever it is called on this machine; the
   * absolute path of the directory by default. Trailing slashes are dropped.
   */
  readonly rootName?: string
}

/**
 * What a scan found: without `rootName`, and with an agent and a version, it is a push.
 *
 * @example
 * ```ts
 * const { resources, snapshotError }: ScanResult = await scan('.')
 * if (snapshotError !== '') console.warn(snapshotError)
 * await push(database, { agentId, version: 1, resources, snapshotError })
 * ```
 */
export interface ScanResult {
  /** The root as the sources present it, without trailing slashes. */
  readonly rootName: string
  /** In the order of the aggregate hash: by kind name, then source, both in bytes. */
  readonly resources: readonly ResourceInput[]
  /** sha256 over all resources, 32 bytes. Equal trees under one root name give equal hashes. */
  readonly aggregateHash: Uint8Array
  /** How much was left out of `resources`, and why; empty where nothing was. */
  readonly snapshotError: string
}

/** Files read at once. Each holds at most one buffer of `scanLimits.resourceBytesMax`. */
const filesAtOnce = 16

/**
 * Reads the context that a coding agent would find in a directory: `AGENTS.md`, `CLAUDE.md`,
 * `.cursorrules` and `.mcp.json` at its top, and the skills below `skills`, `.agents/skills`,
 * `.claude/skills` and `.codex/skills`.
 *
 * Whatever the tree, the result is an acceptable push: what cannot be taken is reported with a
 * status and an error text, and what cannot even be reported is counted in `snapshotError`. The
 * caps are those of `limits` and `scanLimits`. Links are followed inside the directory only, and
 * nothing but a regular file is ever opened. No text of the result shows the real path of the
 * machine, unless that is the root name.
 *
 * @throws DriftpinError `scan_root_not_found`, `scan_root_not_a_directory` or
 * `scan_root_unreadable` for a directory that cannot be scanned, and `invalid_input` for a path or
 * a root name that PostgreSQL could not store.
 *
 * @example
 * ```ts
 * const { rootName, ...found } = await scan('.', { rootName: '/home/dev/shop' })
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

  const { candidates, leftOut } = await listCandidates(root, directory)
  const intake = new Intake()
  const resources: ResourceInput[] = []
  for await (const batch of inBatches(candidates, filesAtOnce)) {
    const readings = await Promise.all(batch.map((candidate) => readCandidate(root, candidate)))
    batch.forEach((candidate, i) => {
      resources.push(intake.take(candidate, readings[i]!))
    })
  }
  return {
    rootName: root.name,
    resources,
    aggregateHash: await aggregateHash(resources),
    snapshotError: leftOut,
  }
}

function refuseUnstorable(what: string, text: string): void {
  const reason = typeof text === 'string' ? whyNotStorable(text) : 'is not a string'
  if (reason === undefined) return
  throw new DriftpinError(
    'invalid_input',
    `${what} ${reason}. Give one that is text without NUL and lone surrogates.`,
    { text, reason },
  )
}
