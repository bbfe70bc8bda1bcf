import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { fromPGlite } from '../../database/index.js'
import { scan } from '../../scan/index.js'
import { UsageError } from '../command-error.js'
import {
  chatsStep,
  driftStep,
  firstAgent,
  migrateStep,
  pushStep,
  refreshStep,
} from './pinning-steps.js'
import { type DemoReport, type DemoStep, ReportWriter } from './report.js'
import type { Stage } from './stage.js'
import { deleteStep, purgeStep, replaceStep } from './survival-steps.js'
import { copyContext, copyExample } from './workspace.js'

/** The root name of the example. */
const exampleRoot = '/home/dev/tideline'

/** Scans the directory and copies what it finds. The demo changes only the copy. */
async function prepare(
  folder: string,
  directory: string | undefined,
): Promise<Omit<Stage, 'database'>> {
  if (directory === undefined) {
    const copy = await copyExample(folder)
    return { copy, ...(await scanAs(copy, exampleRoot)) }
  }
  const scanned = await scanAs(directory, resolve(directory))
  const { found, rootName } = scanned
  if (found.resources.length === 0) {
    throw new UsageError(
      `An agent would find nothing in ${directory}: there is no AGENTS.md, CLAUDE.md, ` +
        '.cursorrules or .mcp.json at its top, and no skills/NAME/SKILL.md. Name another ' +
        'directory, or none for the example.',
    )
  }
  return { copy: await copyContext(folder, directory, found.resources, rootName), ...scanned }
}

async function scanAs(directory: string, name: string) {
  const found = await scan(directory, { rootName: name })
  return { found, rootName: found.rootName }
}

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
  const report = new ReportWriter(onStep)
  return await withTemporaryFolder(async (folder) => {
    return await onEmbedded(report, await prepare(folder, directory))
  })
}

async function onEmbedded(
  report: ReportWriter,
  prepared: Omit<Stage, 'database'>,
): Promise<DemoReport> {
  const client = new PGlite()
  try {
    const database = fromPGlite(client)
    const stage: Stage = { ...prepared, database }
    const engine = await report.step('Start PostgreSQL inside this process', async ({ note }) => {
      const { rows } = await database.query<{ version: string }>('SELECT version()')
      const version = rows[0]!.version.split(' ').slice(0, 2).join(' ')
      note(`${version} as WebAssembly (PGlite): no server, no Docker.`)
      return version
    })
    await migrateStep(report, stage)
    const first = await firstAgent(stage)
    await pushStep(report, stage, first.agentId)
    const chats = await chatsStep(report, stage, first.agentId)
    await driftStep(report, stage, first.agentId, chats)
    await refreshStep(report, stage, chats)
    await replaceStep(report, stage, first.workspaceId, chats)
    await deleteStep(report, stage, first, chats)
    await purgeStep(report, stage, chats)
    return report.finish(stage.rootName, engine)
  } finally {
    await client.close()
  }
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
