import type { SchemaManifest } from '../src/catalog/index.ts'
import { formatManifest } from '../src/workbench/generate/generate.ts'

/** The text of `src/schema/generated/manifest.ts`: the manifest as code. */
export function manifestModule(manifest: SchemaManifest, command: string): string {
  return [
    `// Made by \`${command}\` from a migrated database. Change a migration instead.`,
    "import type { SchemaManifest } from '../../catalog/index.js'",
    '',
    '/**',
    ' * The catalog of the migrated schema as data: what manifest.json has, in the code so that no file',
    ' * is read at run time.',
    ' *',
    ' * @example',
    ' * ```ts',
    ' * const sizes = schemaManifest.tables.map(({ name, columns }) => [name, columns.length])',
    ' * ```',
    ' */',
    `export const schemaManifest: SchemaManifest = ${formatManifest(manifest)}`,
    '',
  ].join('\n')
}
