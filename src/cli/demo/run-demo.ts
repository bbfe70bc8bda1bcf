import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { fromPGlite } from '../../database/index.js'
import { scan } from '../../scan/index.js'
import { UsageError } from '../command-error.js'
import { followingSteps } from './following-steps.js'
import { pinningSteps, type Stage } from './pinning-steps.js'
import type { DemoReport, DemoStep } from './report.js'
import { survivalSteps } from './survival-steps.js'
import { copyContext, copyExample } from './workspace.js'

/**
 * Runs the main use case from end to end on an embedded PostgreSQL, and checks every claim.
 *
 * @param directory A project of the user. It is only read. The default is the shipped example.
 * @param onStep Called with each finished step.
 */
export async function runDemo(
  directory: string | undefined,
  onStep: (step: DemoStep, number: number) => void,
): Promise<DemoReport> {
  const started = performance.now()
  const steps: DemoStep[] = []
  const perform = async <T>(title: string, work: (step: DemoStep) => Promise<T>): Promise<T> => {
    const from = performance.now()
    const empty: DemoStep = { title, notes: [], tables: [], claims: [], durationMs: 0 }
    const result = await work(empty)
    const step = { ...empty, durationMs: performance.now() - from }
    onStep(step, steps.push(step))
    return result
  }
  return await withTemporaryFolder(async (folder) => {
    const prepared = await prepare(folder, directory)
    const client = new PGlite()
    try {
      const database = fromPGlite(client)
      const engine = await perform('Start PostgreSQL inside this process', async ({ notes }) => {
        const { rows } = await database.query<{ version: string }>('SELECT version()')
        const version = rows[0]!.version.split(' ').slice(0, 2).join(' ')
        notes.push(`${version} as WebAssembly (PGlite): no server, no Docker.`)
        return version
      })
      const stage: Stage = {
        ...{ ...prepared, database, workspaceId: randomUUID(), agentId: randomUUID() },
        ada: { id: randomUUID(), ownerId: randomUUID(), title: "Ada's chat" },
        grace: { id: randomUUID(), ownerId: randomUUID(), title: "Grace's chat" },
      }
      for (const [title, work] of Object.entries({
        ...pinningSteps,
        ...followingSteps,
        ...survivalSteps,
      })) {
        await perform(title, (step) => work(stage, step))
      }
      const claims = steps.flatMap((step) => step.claims)
      return {
        ...{ directory: prepared.found.rootName, engine, steps },
        claimsChecked: claims.length,
        claimsFailed: claims.filter(({ holds }) => !holds).map(({ claim }) => claim),
        durationMs: performance.now() - started,
      }
    } finally {
      await client.close()
    }
  })
}

/** Scans the directory and copies what it finds. The demo changes only the copy. */
async function prepare(
  folder: string,
  directory: string | undefined,
): Promise<Pick<Stage, 'copy' | 'found'>> {
  if (directory === undefined) {
    const copy = await copyExample(folder)
    return { copy, found: await scan(copy, { rootName: '/home/dev/tideline' }) }
  }
  const found = await scan(directory, { rootName: resolve(directory) })
  if (found.resources.length === 0) {
    throw new UsageError(
      `An agent would find nothing in ${directory}: there is no AGENTS.md, CLAUDE.md, ` +
        '.cursorrules or .mcp.json at its top, and no skills/NAME/SKILL.md. Name another ' +
        'directory, or none for the example.',
    )
  }
  return { copy: await copyContext(folder, directory, found.resources, found.rootName), found }
}

/** Runs `work` with an empty folder, which is deleted in any case, also after Ctrl-C. */
async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-demo-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  // A signal alone would end the process without running its exit handlers.
  const interrupted = () => process.exit(130)
  process.once('exit', remove)
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    return await work(folder)
  } finally {
    process.off('exit', remove)
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
    remove()
  }
}
