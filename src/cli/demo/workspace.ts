import {
  appendFile,
  chmod,
  cp,
  lstat,
  mkdir,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
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
  const skill = (name: string) => join(copy, 'skills', name)
  await mkdir(skill('old-deploy'))
  await symlink('../../gone/SKILL.md', join(skill('old-deploy'), 'SKILL.md'))
  await mkdir(skill('borrowed'))
  await writeFile(join(folder, 'outside.md'), 'Not part of the workspace.\n')
  await symlink('../../../outside.md', join(skill('borrowed'), 'SKILL.md'))
  const line = 'Every station, its datum and its harmonic constants, one a line.\n'
  const times = Math.ceil((scanLimits.resourceBytesMax + 1) / line.length)
  await writeFile(join(copy, '.cursorrules'), line.repeat(times))
  return copy
}

interface CopyPlan {
  readonly root: string
  readonly target: string
  /** The target in the copy of links that leave the root, instead of their real target. */
  readonly outside: string
}

/**
 * Copies the files that a scan found into an empty folder, with the links on their paths. Nothing
 * else is copied, because the directory may be a large project.
 */
export async function copyContext(
  folder: string,
  directory: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<string> {
  const target = join(folder, 'workspace')
  const outside = join(folder, 'outside')
  await mkdir(target)
  await mkdir(outside)
  const plan = { root: await realpath(directory), target, outside }
  for (const { source } of resources) {
    await copyPath(plan, belowRoot(source, rootName).split('/'))
  }
  return target
}

/** How many links on a path are followed. Linux has the same limit. */
const linksMax = 40

/** Copies one file. Links on its path are copied as links, together with their targets. */
async function copyPath(plan: CopyPlan, parts: readonly string[], links = 0): Promise<void> {
  const { root, target, outside } = plan
  let at = root
  for (const [index, part] of parts.entries()) {
    at = join(at, part)
    const copied = join(target, relative(root, at))
    const stats = await lstat(at).catch(() => undefined)
    if (!stats) return
    if (stats.isSymbolicLink()) {
      const goal = resolve(dirname(at), await readlink(at))
      const stays = isInside(root, goal)
      const copiedGoal = stays ? join(target, relative(root, goal)) : outside
      await mkdir(dirname(copied), { recursive: true })
      await symlink(relative(dirname(copied), copiedGoal) || '.', copied).catch(() => {})
      const rest = [...relative(root, goal).split('/'), ...parts.slice(index + 1)]
      if (stays && links < linksMax) await copyPath(plan, rest, links + 1)
      return
    }
    if (stats.isFile()) {
      // An unreadable file is left out. The next scan reports it as removed.
      const done = await cp(at, copied).then(
        () => true,
        () => false,
      )
      if (done) await chmod(copied, 0o600)
      return
    }
    if (!stats.isDirectory()) return
    await mkdir(copied, { recursive: true })
  }
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
 * Changes the files of a workspace as daily work would: edits one, adds one, deletes one. Nothing
 * is written outside the folder, also not through links.
 */
export async function driftWorkspace(
  folder: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<Drift> {
  const healthy = resources.filter(({ status }) => status === 'ok')
  const paths = (kind: ResourceInput['kind']) =>
    healthy.filter((one) => one.kind === kind).map(({ source }) => belowRoot(source, rootName))
  const isWritable = (path: string) => staysInside(folder, join(folder, path))
  const isFree = async (path: string) =>
    (await lstat(join(folder, path)).catch(() => undefined)) === undefined &&
    (await isWritable(path))

  const modified = await first(paths('instruction_file'), isWritable)
  const removed = await first(paths('skill').reverse(), isWritable)
  const added = await first(newPaths, isFree)
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
  isSuitable: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const path of paths) if (await isSuitable(path)) return path
  return undefined
}

/** Whether a path is a folder or below it. Only the texts are compared; no link is followed. */
function isInside(folder: string, path: string): boolean {
  const steps = relative(folder, path)
  return steps !== '..' && !steps.startsWith('../') && !isAbsolute(steps)
}

/** Whether writing to a path would stay below a folder, after all links are followed. */
async function staysInside(folder: string, path: string): Promise<boolean> {
  const real = await realpath(folder)
  for (let at = path; ; at = dirname(at)) {
    const existing = await realpath(at).catch(() => undefined)
    if (existing !== undefined) return isInside(real, existing)
    if (dirname(at) === at) return false
  }
}
