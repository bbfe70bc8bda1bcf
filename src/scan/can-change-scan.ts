import { relative, sep } from 'node:path'
import { filesAtTop, skillsDirectories } from './list-candidates.js'

/**
 * Whether what happens to a path can change what a scan of a root finds: the root, a file at its
 * top, the way to a directory of skills, or a file of a skill. A whole project is never watched.
 */
export function canChangeScan(root: string, path: string): boolean {
  const names = relative(root, path).split(sep)
  if (names[0] === '' || Object.hasOwn(filesAtTop, names.join('/'))) return true
  return skillsDirectories.some((leading) => {
    // A skill is a directory, and what makes it one is a file in it.
    const isNear = names.length <= leading.length + 2
    return isNear && leading.every((name, index) => (names[index] ?? name) === name)
  })
}
