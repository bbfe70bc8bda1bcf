import { chmod, cp, lstat, mkdir, readlink, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ResourceInput, scanLimits } from '../../schema/index.js'
import { belowRoot } from '../resource-table.js'
import { isInside } from './is-inside.js'

/** The shipped example, from a checkout and from an installed package alike. */
const example = fileURLToPath(new URL('../../../examples/workspace', import.meta.url))

/**
 * Copies the example into an empty folder, with the kinds of trouble that real directories have:
 * a broken link, a link out of the root and an oversize file.
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
  /** Where links that leave the root lead in the copy: never to the place they really name. */
  readonly outside: string
}

/**
 * Copies what a scan found in a directory of the user's into an empty folder, links included, and
 * nothing else: the directory may be a large project.
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

/** Links on the way to one file that are followed; Linux gives up after as many. */
const linksMax = 40

/** Copies one file, and on the way to it every link, as a link, and what that leads to. */
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
      // One that cannot be read is left out, and shows as removed later: that is what it is.
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
