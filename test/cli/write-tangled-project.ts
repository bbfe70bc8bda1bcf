import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Writes a project whose files lie behind links of all kinds, some of which lead out of it.
 *
 * @returns Where it is to be named: behind one more link.
 */
export async function writeTangledProject(outer: string): Promise<string> {
  const real = join(outer, 'real')
  const shared = join(outer, 'shared/kept')
  await mkdir(join(real, 'lib/kept'), { recursive: true })
  await mkdir(shared, { recursive: true })
  const skill = '---\nname: kept\ndescription: Stays.\n---\n'
  await writeFile(join(real, 'lib/kept/SKILL.md'), skill)
  await writeFile(join(shared, 'SKILL.md'), skill)
  await writeFile(join(real, 'notes.md'), '# Shared\n')
  await writeFile(join(real, 'CLAUDE.md'), '# Mine\n')
  await symlink('.cursorrules', join(real, '.cursorrules'))
  await mkdir(join(real, '.claude'))
  await symlink('../.agents/skills', join(real, '.claude/skills'))
  await chmod(join(real, 'CLAUDE.md'), 0o444)
  await symlink(join(real, 'notes.md'), join(real, 'AGENTS.md'))
  await symlink(join(outer, 'shared'), join(real, 'skills'))
  await mkdir(join(real, '.agents'))
  await symlink(join(real, 'lib'), join(real, '.agents/skills'))
  await mkdir(join(outer, 'a/b'), { recursive: true })
  await symlink(real, join(outer, 'a/b/project'))
  return join(outer, 'a/b/project')
}
