/** A foreign key with ON DELETE CASCADE: a table, and the one that it refers to. */
interface CascadingKey {
  readonly table: string
  readonly references: string
}

/**
 * The tables whose rows go with those of an owner, through any number of others; itself as well.
 */
export function tablesGoingWith(owner: string, keys: readonly CascadingKey[]): ReadonlySet<string> {
  const going = new Set([owner])
  // The set grows while it is walked.
  for (const parent of going) {
    for (const { table, references } of keys) if (references === parent) going.add(table)
  }
  return going
}
