import { readdir, readFile } from 'node:fs/promises'
import type { MigrationFile } from '../src/migrations/parse-migrations.ts'

const directory = new URL('../src/migrations/sql/', import.meta.url)

/** Every SQL file of our own migrations. */
async function readMigrationFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (file) => ({ file, text: await readFile(new URL(file, directory), 'utf8') })),
  )
}

/** The text of `src/migrations/generated/bundled.ts`: every SQL file as a string. */
export async function bundleMigrations(): Promise<string> {
  const entries = (await readMigrationFiles()).map(({ file, text }) => {
    const escaped = text.replace(/[\\`]|\$\{/g, '\\$&')
    return `  {\n    file: '${file}',\n    text: \`${escaped}\`,\n  },\n`
  })
  return `${[
    '// Made by `npm run generate` from src/migrations/sql. Change those files instead.',
    "import type { MigrationFile } from '../parse-migrations.js'",
    '',
    '/** The SQL files of src/migrations/sql, in the code so that no file is read at run time. */',
    'export const bundledFiles: readonly MigrationFile[] = [',
  ].join('\n')}\n${entries.join('')}]\n`
}
