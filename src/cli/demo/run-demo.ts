import { resolve } from 'node:path'
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
import { withTemporaryFolder } from './with-temporary-folder.js'
import { copyContext, copyExample } from './workspace-copy.js'

/** Where the shipped example pretends to lie. */
const exampleRoot = '/home/dev/tideline'

/** Scans the directory, and makes the copy that will drift; the directory itself is only read. */
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
      `${directory} holds nothing that an agent would find: no AGENTS.md, CLAUDE.md, ` +
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
 * Runs the main job from end to end on an embedded PostgreSQL, and checks at each step that what
 * it says is so.
 *
 * @param directory A project of the user's, which is read and never written; the shipped example
 * by default.
 * @param onStep Called with each step when it is finished.
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
