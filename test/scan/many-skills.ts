import type { TreeEntry } from './make-tree.js'
import { skillText } from './skill-text.js'

/** The name of the skill with a number; they sort as their numbers do. */
export const nameOf = (i: number) => `s${String(i).padStart(5, '0')}`

/** So many skills, each with the text that its name gets. */
export function skills(count: number, text = (name: string) => skillText(name)) {
  const entries = Array.from({ length: count }, (_, i): [string, TreeEntry] => [
    `skills/${nameOf(i)}/SKILL.md`,
    text(nameOf(i)),
  ])
  return Object.fromEntries(entries)
}
