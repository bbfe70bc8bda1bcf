import { appendFile, lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ResourceInput } from '../../schema/index.js'
import { belowRoot } from '../resource-table.js'
import { staysInside } from './is-inside.js'

/** What was done to the files of a workspace, as paths below its root. */
export interface Drift {
  readonly modified: string | undefined
  readonly added: string | undefined
  readonly removed: string | undefined
}

const newPlaces = [
  'AGENTS.md',
  'CLAUDE.md',
  '.cursorrules',
  ...['skills', '.agents/skills', '.claude/skills', '.codex/skills'].map(
    (skills) => `${skills}/driftpin-demo/SKILL.md`,
  ),
]

const newSkill = `---
name: driftpin-demo
description: Shows up in the middle of a chat.
---
Nothing to do here.
`

/**
 * Changes the files of a workspace as a busy week would: one edited, one new, one gone. Only what
 * lies in the folder when every link is followed is ever written.
 */
export async function driftWorkspace(
  folder: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<Drift> {
  const healthy = resources.filter(({ status }) => status === 'ok')
  const paths = (kind: ResourceInput['kind']) =>
    healthy.filter((one) => one.kind === kind).map(({ source }) => belowRoot(source, rootName))
  const ours = (path: string) => staysInside(folder, join(folder, path))
  const isFree = async (path: string) =>
    (await lstat(join(folder, path)).catch(() => undefined)) === undefined && (await ours(path))

  const modified = await first(paths('instruction_file'), ours)
  const removed = await first(paths('skill').reverse(), ours)
  const added = await first(newPlaces, isFree)
  if (modified) {
    const line = '\nNever deploy on a Friday without a second pair of eyes.\n'
    await appendFile(join(folder, modified), line)
  }
  if (removed) await rm(join(folder, removed))
  if (added) {
    await mkdir(dirname(join(folder, added)), { recursive: true })
    const text = added.endsWith('SKILL.md') ? newSkill : 'Say which files you have read.\n'
    await writeFile(join(folder, added), text)
  }
  return { modified, added, removed }
}

async function first(
  paths: readonly string[],
  suits: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const path of paths) if (await suits(path)) return path
  return undefined
}
