import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exemptName, fixturesFolder, fixtureVersion } from '../fixture-files.js'
import { git, zeroSeparated } from './git.js'

/** Where exemptions are, from the folder of the migrations. */
export const exemptFile = `${fixturesFolder}/${exemptName}`

/** The files of rows that a folder has and its base has not, by the numbers they begin with. */
export async function ownFixtures(
  directory: string,
  commit: string,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const names = await readdir(join(directory, fixturesFolder)).catch(() => [])
  const inBase = new Set(
    zeroSeparated(
      await git(directory, ['ls-tree', '-z', '--name-only', commit, `${fixturesFolder}/`]),
    ),
  )
  const found = new Map<number, string[]>()
  for (const name of names.sort()) {
    const file = `${fixturesFolder}/${name}`
    const number = fixtureVersion(name)
    if (number === undefined || inBase.has(file)) continue
    found.set(number, [...(found.get(number) ?? []), file])
  }
  return found
}

/** The numbers that name a migration in a folder's exemptions, and not in those of its base. */
export async function ownExemptNumbers(directory: string, commit: string): Promise<string[]> {
  const text = await readFile(join(directory, exemptFile), 'utf8').catch(() => undefined)
  const inBase = numbersIn(await git(directory, ['show', `${commit}:./${exemptFile}`]))
  return numbersIn(text).filter((number) => !inBase.includes(number))
}

/** What is no JSON is for `driftpin migrate verify` to refuse. */
function numbersIn(text: string | undefined): string[] {
  try {
    const { downs = {}, tables = {} } = JSON.parse(text ?? '{}')
    return Object.keys(downs).filter((key) => /^\d+$/.test(key) && !(key in tables))
  } catch {
    return []
  }
}
