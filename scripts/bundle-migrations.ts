import { readdir, readFile } from 'node:fs/promises'

/** A folder of files that becomes a constant of a module. */
interface Bundle {
  /** Below the root of the project. */
  readonly folder: string
  readonly name: string
  readonly doc: string
  /** Of the type `MigrationFile`, as the module that is made imports it. */
  readonly typeFrom: string
}

async function bundle({ folder, name, doc, typeFrom }: Bundle): Promise<string> {
  const directory = new URL(`../${folder}/`, import.meta.url)
  const names = (await readdir(directory)).filter((file) => /\.(sql|json)$/.test(file)).sort()
  const entries = await Promise.all(
    names.map(async (file) => {
      const text = await readFile(new URL(file, directory), 'utf8')
      const escaped = text.replace(/[\\`]|\$\{/g, '\\$&')
      return `  {\n    file: '${file}',\n    text: \`${escaped}\`,\n  },\n`
    }),
  )
  return `${[
    `// Made by \`npm run generate\` from ${folder}. Change those files instead.`,
    `import type { MigrationFile } from '${typeFrom}'`,
    '',
    `/** ${doc} */`,
    `export const ${name}: readonly MigrationFile[] = [`,
  ].join('\n')}\n${entries.join('')}]\n`
}

/** The text of `src/migrations/generated/bundled.ts`: every SQL file as a string. */
export const bundleMigrations = (): Promise<string> =>
  bundle({
    folder: 'src/migrations/sql',
    name: 'bundledFiles',
    doc: 'The SQL files of src/migrations/sql, in the code so that no file is read at run time.',
    typeFrom: '../parse-migrations.js',
  })

/**
 * The text of `src/workbench/generated/fixtures.ts`: the rows that our migrations are tried with.
 */
export const bundleFixtures = (): Promise<string> =>
  bundle({
    folder: 'src/migrations/sql/fixtures',
    name: 'bundledFixtures',
    doc: 'Rows for each of our migrations, to try it with.',
    typeFrom: '../../migrations/index.js',
  })
