import type { Extensions } from '../../harness/engine/open-engine.js'
import type { LintedScript } from './linted-script.js'
import { nodesOf } from './nodes-of.js'

/**
 * The extensions that the files create and PGlite has a build of. Others are left to fail where
 * they are created, in PostgreSQL's own words.
 */
export async function loadExtensions(scripts: readonly LintedScript[]): Promise<Extensions> {
  const created = scripts.flatMap(({ statements }) =>
    [...nodesOf(statements, 'CreateExtensionStmt')].map(({ extname }) => extname ?? ''),
  )
  const extensions: Extensions = {}
  for (const name of new Set(created)) {
    // A name out of a file must not become a path to any module.
    if (!/^[a-z0-9_-]+$/.test(name)) continue
    const module = name.replaceAll('-', '_')
    const loaded = await import(`@electric-sql/pglite/contrib/${module}`).catch(() => ({}))
    if (module in loaded) extensions[module] = loaded[module]
  }
  return extensions
}
