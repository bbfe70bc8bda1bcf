import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResourceInput } from '../../schema/resource.js'
import { belowRoot } from '../resource-table.js'

/** What was done to the files of a workspace, as paths below its root. */
export interface Drift {
  readonly modified: string | undefined
  readonly added: string
  readonly removed: string | undefined
}

const newFiles = ['AGENTS.md', 'CLAUDE.md', '.cursorrules']
const addedSkill = 'skills/driftpin-demo/SKILL.md'

/** Changes the files of a workspace as a busy week would: one edited, one new, one gone. */
export async function driftWorkspace(
  folder: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<Drift> {
  const below = (resource: ResourceInput | undefined) =>
    resource && belowRoot(resource.source, rootName)
  const healthy = resources.filter(({ status }) => status === 'ok')
  const modified = below(healthy.find(({ kind }) => kind === 'instruction_file'))
  const removed = below(healthy.filter(({ kind }) => kind === 'skill').at(-1))
  const taken = new Set(resources.map(below))
  const added = newFiles.find((file) => !taken.has(file)) ?? addedSkill

  if (modified) {
    await appendFile(
      join(folder, modified),
      '\nNever deploy on a Friday without a second pair of eyes.\n',
    )
  }
  if (removed) await rm(join(folder, removed))
  await mkdir(join(folder, added, '..'), { recursive: true })
  const text =
    added === addedSkill ? skillText : 'Answer in English, and say which files you read.\n'
  await writeFile(join(folder, added), text)
  return { modified, added, removed }
}

const skillText = `---
name: driftpin-demo
description: Shows up in the middle of a chat.
---
Nothing to do here.
`
