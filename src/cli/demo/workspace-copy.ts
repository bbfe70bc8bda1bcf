import { cp, lstat, mkdir, mkdtemp, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scanLimits } from '../../schema/limits.js'
import type { ResourceInput } from '../../schema/resource.js'
import { belowRoot } from '../resource-table.js'

/** A temporary directory that the demo may change as it likes. */
export interface WorkspaceCopy {
  readonly folder: string
  remove(): Promise<void>
}

async function temporaryFolder(): Promise<WorkspaceCopy> {
  const outer = await mkdtemp(join(tmpdir(), 'driftpin-demo-'))
  const folder = join(outer, 'workspace')
  await mkdir(folder)
  return { folder, remove: () => rm(outer, { recursive: true, force: true }) }
}

/** The shipped example, from a checkout and from an installed package alike. */
const example = fileURLToPath(new URL('../../../examples/workspace', import.meta.url))

/** A copy of the example, with the kinds of trouble that real directories have. */
export async function copyExample(): Promise<WorkspaceCopy> {
  const copy = await temporaryFolder()
  await cp(example, copy.folder, { recursive: true })
  const skill = (name: string) => join(copy.folder, 'skills', name)
  await mkdir(skill('old-deploy'))
  await symlink('../../gone/SKILL.md', join(skill('old-deploy'), 'SKILL.md'))
  await mkdir(skill('borrowed'))
  await writeFile(join(copy.folder, '..', 'outside.md'), 'Not part of the workspace.\n')
  await symlink('../../../outside.md', join(skill('borrowed'), 'SKILL.md'))
  const line = 'Every station, its datum and its harmonic constants, one a line.\n'
  const times = Math.ceil((scanLimits.resourceBytesMax + 1) / line.length)
  await writeFile(join(copy.folder, '.cursorrules'), line.repeat(times))
  return copy
}

/**
 * A copy of what a scan found in a directory of the user's, links included, and of nothing else:
 * the directory may be a large project.
 */
export async function copyContext(
  directory: string,
  resources: readonly ResourceInput[],
  rootName: string,
): Promise<WorkspaceCopy> {
  const copy = await temporaryFolder()
  const root = resolve(directory)
  for (const { source } of resources) {
    await copyPath(root, copy.folder, belowRoot(source, rootName).split('/'))
  }
  return copy
}

/** Links on the way to one file that are followed; Linux gives up after as many. */
const linksMax = 40

/** Copies one file, and on the way to it every link, as a link, and what that leads to. */
async function copyPath(
  root: string,
  target: string,
  parts: readonly string[],
  links = 0,
): Promise<void> {
  let at = root
  for (const [index, part] of parts.entries()) {
    at = join(at, part)
    const below = relative(root, at)
    const stats = await lstat(at).catch(() => undefined)
    if (!stats) return
    if (stats.isSymbolicLink()) {
      const goal = resolve(dirname(at), await readlink(at))
      const inside = relative(root, goal)
      await mkdir(dirname(join(target, below)), { recursive: true })
      await symlink(relative(dirname(at), goal), join(target, below)).catch(() => {})
      const leaves = inside.startsWith('..') || isAbsolute(inside)
      const rest = [...inside.split('/'), ...parts.slice(index + 1)]
      if (!leaves && links < linksMax) await copyPath(root, target, rest, links + 1)
      return
    }
    if (stats.isFile()) {
      // One that cannot be read is left out, and shows as removed later: that is what it is.
      await cp(at, join(target, below)).catch(() => {})
      return
    }
    if (!stats.isDirectory()) return
    await mkdir(join(target, below), { recursive: true })
  }
}
