/** What a migration is called: its number, in six digits at least, and its name. */
export function migrationLabel({ version, name }: { version: number; name: string }): string {
  return `${String(version).padStart(6, '0')}_${name}`
}
