import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A file of the reference, by its path from the root of the repository. */
interface Page {
  readonly file: string
  readonly text: string
}

/**
 * Makes the pages of docs/reference, one for each entry point, from the doc comments in src.
 *
 * @param exports The entry points, as package.json has them.
 * @throws Error where a comment refers to what is not there, with each such place.
 */
export async function renderReference(
  exports: Readonly<Record<string, unknown>>,
  command: string,
): Promise<Page[]> {
  const entries = Object.entries(exports).flatMap(([name, target]) => {
    const { default: built } = target as { readonly default?: string }
    if (!built) return []
    const source = built.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
    return [{ name: name.replace('.', 'driftpin'), source }]
  })
  const options: Partial<TypeDocOptions> & Partial<PluginOptions> = {
    ...{ name: 'driftpin', tsconfig: join(root, 'tsconfig.json'), logLevel: 'Warn' },
    plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-markdown'))],
    entryPoints: entries.map(({ source }) => join(root, source)),
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    ...{ readme: 'none', disableSources: true, skipErrorChecking: true, excludeInternal: true },
    sort: ['kind', 'alphabetical'],
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
    indexFormat: 'table',
    ...{ outputFileStrategy: 'modules', hidePageHeader: true, hideBreadcrumbs: true },
    ...{ useCodeBlocks: true, expandObjects: false, parametersFormat: 'table' },
    ...{ interfacePropertiesFormat: 'table', propertyMembersFormat: 'table' },
    ...{ typeDeclarationFormat: 'table', entryFileName: 'README' },
  }
  const application = await Application.bootstrapWithPlugins(options)
  const project = await application.convert()
  if (!project) throw new Error('The sources cannot be read: run npm run check.')
  application.validate(project)
  if (application.logger.hasWarnings()) throw new Error('The reference has gaps: see above.')
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-reference-'))
  try {
    for (const module of project.children ?? []) {
      const entry = entries.find(({ source }) => moduleOf(source) === module.name)
      if (entry) module.name = entry.name
    }
    project.children?.sort((a, b) => (a.name < b.name ? -1 : 1))
    await application.outputs.writeOutput({ name: 'markdown', path: folder }, project)
    const files = await readdir(folder, { recursive: true })
    return await Promise.all(
      files
        .filter((file) => file.endsWith('.md'))
        .toSorted()
        .map(async (file) => ({
          file: `docs/reference/${file}`,
          text: `<!-- Made by \`${command}\` from the doc comments. -->\n\n${await readFile(join(folder, file), 'utf8')}`,
        })),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What the generator calls an entry point by itself. */
const moduleOf = (source: string) => source.replace(/^src\/|(\/index)?\.ts$/g, '')
