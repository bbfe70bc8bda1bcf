import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { type Exemptions, type VerifyReport, verifyMigrations } from '../../src/workbench/index.js'

/** One version of a folder that a test makes. */
export interface Version {
  readonly name: string
  readonly up: string
  readonly down?: string
  readonly fixture?: string
}

/** Verifies versions that are numbered in their order, with fixtures if any has one. */
export async function verifyFolder(
  versions: readonly Version[],
  exempt: Exemptions = {},
): Promise<VerifyReport> {
  const nameOf = (index: number) => `${String(index + 1).padStart(6, '0')}_${versions[index]!.name}`
  const files = versions.flatMap(({ up, down }, index) => [
    { file: `${nameOf(index)}.up.sql`, text: up },
    ...(down === undefined ? [] : [{ file: `${nameOf(index)}.down.sql`, text: down }]),
  ])
  const fixtures = versions.flatMap(({ fixture }, index) =>
    fixture === undefined ? [] : [{ file: `${nameOf(index)}.sql`, text: fixture }],
  )
  const migrations = parseMigrations(files, { forwardOnly: true })
  return await verifyMigrations({ migrations, exempt, ...(fixtures.length > 0 && { fixtures }) })
}
