import { appendFile, cp, mkdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ResourceInput, scanLimits } from '../../schema/index.js'
import { belowRoot } from '../resources.js'

/** The shipped example. The path is right in a checkout and in an installed package. */
const example = fileURLToPath(new URL('../../../examples/workspace', import.meta.url))

/**
 * Copies the example into an empty folder and adds problems that real directories have: a broken
 * link, a link that leaves the root and an oversize file.
 */
export async function copyExample(folder: string): Promise<string> {
  const copy = join(folder, 'workspace')
  await cp(example, copy, { recursive: true })
  await linkTo(join(folder, 'gone'), join(copy, 'skills/old-deploy/SKILL.md'))
  await linkTo(await writeOutside(folder), join(copy, 'skills/borrowed/SKILL.md'))
  const line = 'Every station, its datum and its harmonic constants, one a line.\n'
  const times = Math.ceil((scanLimits.resourceBytesMax + 1) / line.length)
  await writeFile(join(copy, '.cursorrules'), line.repeat(times))
  return copy
}

/**
 * Copies the files that a scan found into an empty folder, each as a file of its own. A resource
 * that cannot be read becomes a link that cannot be read either. Nothing else is copied, because
 * the directory may be a large project.
 */
export async function copyContext(
  folder: string,
  directory: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<string> {
  const copy = join(folder, 'workspace')
  const outside = await writeOutside(folder)
  const root = await realpath(directory)
  await mkdir(copy)
  for (const { source } of resources) {
    const path = belowRoot(source, rootName)
    const real = await realpath(join(root, path)).catch(() => undefined)
    const target = join(copy, path)
    try {
      if (real === undefined) await linkTo(join(folder, 'gone'), target)
      else if (!real.startsWith(join(root, '/'))) await linkTo(outside, target)
      else await writeNew(target, await readFile(real))
    } catch {
      // A file that cannot be copied is left out. The next scan reports it as removed.
    }
  }
  return copy
}

async function writeOutside(folder: string): Promise<string> {
  const file = join(folder, 'outside.md')
  await writeFile(file, 'Not part of the workspace.\n')
  return file
}

async function linkTo(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path)
}

/** Writes a file with its folders. It fails if there is one already. */
async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content, { flag: 'wx' })
}

/** The changed files of a workspace, as paths below its root. */
export interface Drift {
  readonly modified: string | undefined
  readonly added: string | undefined
  readonly removed: string | undefined
}

const newPaths = [
  'AGENTS.md',
  'CLAUDE.md',
  '.cursorrules',
  'skills/driftpin-demo/SKILL.md',
  '.agents/skills/driftpin-demo/SKILL.md',
  '.claude/skills/driftpin-demo/SKILL.md',
  '.codex/skills/driftpin-demo/SKILL.md',
]

const newSkill = `---
name: driftpin-demo
description: Shows up in the middle of a chat.
---
Nothing to do here.
`

/** Changes a copied workspace as daily work would: edits one file, adds one, deletes one. */
export async function driftWorkspace(
  copy: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<Drift> {
  const paths = (kind: ResourceInput['kind']) =>
    resources
      .filter((one) => one.status === 'ok' && one.kind === kind)
      .map(({ source }) => belowRoot(source, rootName))
  const modified = paths('instruction_file')[0]
  const removed = paths('skill').at(-1)
  if (modified) {
    const line = '\nNever deploy on a Friday without a second pair of eyes.\n'
    await appendFile(join(copy, modified), line)
  }
  if (removed) await rm(join(copy, removed))
  return { modified, removed, added: await addFile(copy) }
}

/** Adds a file where there is none, and where no link is in the way. */
async function addFile(copy: string): Promise<string | undefined> {
  for (const path of newPaths) {
    const text = path.endsWith('SKILL.md') ? newSkill : 'Say which files you have read.\n'
    const isWritten = await writeNew(join(copy, path), text).then(
      () => true,
      () => false,
    )
    if (isWritten) return path
  }
  return undefined
}
