/** Where the rows for each version are, from the folder of the migrations. */
export const fixturesFolder = 'fixtures'

/** The file beside the fixtures that has the exemptions. */
export const exemptName = 'exempt.json'

/** The number of the migration that a fixture is for; undefined for what is none. */
export function fixtureVersion(name: string): number | undefined {
  const number = /^(\d+)_.*\.sql$/.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}
