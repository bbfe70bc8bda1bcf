import type { Candidate } from './candidate.js'
import { CandidateList } from './candidate-list.js'
import { directoryEntries } from './directory-entries.js'
import { joinBytes } from './join-bytes.js'
import { listSkills } from './list-skills.js'
import { rootError } from './root-error.js'
import type { ScanRoot } from './scan-root.js'

/** The files at the top of a root that are resources, by name. */
export const filesAtTop: Readonly<Record<string, Candidate['kind']>> = {
  'AGENTS.md': 'instruction_file',
  'CLAUDE.md': 'instruction_file',
  '.cursorrules': 'instruction_file',
  '.mcp.json': 'mcp_config',
}

/** The directories that hold skills, as the names that lead to them from the root. */
export const skillsDirectories = [
  ['skills'],
  ['.agents', 'skills'],
  ['.claude', 'skills'],
  ['.codex', 'skills'],
] as const

/**
 * Finds the resources of a root by their names alone, without reading any.
 *
 * The top is listed rather than asked for each name, so that a root which may be listed but not
 * entered reports the files it has, and not those it might have.
 *
 * Throws a DriftpinError of {@link rootError} where the root cannot be listed.
 */
export async function listCandidates(
  root: ScanRoot,
  directory: string,
): Promise<{ candidates: readonly Candidate[]; leftOut: string }> {
  const list = new CandidateList(root.name)
  const leading = new Set<string>(skillsDirectories.map(([first]) => first))
  const leadingFound = new Set<string>()
  try {
    for await (const { name } of directoryEntries(root.real)) {
      const text = name.toString()
      const kind = Object.hasOwn(filesAtTop, text) ? filesAtTop[text] : undefined
      if (kind !== undefined) list.add(kind, name, joinBytes(root.real, name))
      else if (leading.has(text)) leadingFound.add(text)
    }
  } catch (error) {
    throw rootError(directory, error, 'list')
  }
  for (const names of skillsDirectories) {
    if (leadingFound.has(names[0])) await listSkills(root.real, names, list)
  }
  return { candidates: list.inOrder(), leftOut: list.leftOut() }
}
