import { nameOfWord } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Extensions } from '../pglite/index.js'

/**
 * Loads an optional package.
 *
 * @param missing The message if it is not installed: what it is for and how to install it.
 * @throws DriftpinError `tool_missing`.
 */
export async function loadPeer<Module>(
  load: () => Promise<Module>,
  missing: string,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new DriftpinError('tool_missing', missing, error)
  }
}

const creates = /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?("[^"]+"|[\w$]+)/gi

/**
 * The extensions that scripts create and that PGlite or an installed package contains. Others are
 * left out, so that the script fails with PostgreSQL's own message.
 */
export async function embeddedExtensions(scripts: readonly string[]): Promise<Extensions> {
  const names = scripts.flatMap((text) =>
    [...text.matchAll(creates)].map(([, word]) => nameOfWord(word!)),
  )
  const extensions: Extensions = {}
  for (const name of [...new Set(names)].sort()) {
    const module = name.replaceAll('-', '_')
    if (!/^\w+$/.test(module)) continue
    const places = [`pglite/contrib/${module}`, `pglite-${packages[module] ?? module}`]
    for (const place of places) {
      const loaded = await import(`@electric-sql/${place}`).catch((error) => {
        if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
      })
      if (loaded?.[module]) extensions[module] ??= loaded[module]
    }
  }
  return extensions
}

/** Packages that are not called as the extension that they have. */
const packages: Readonly<Record<string, string>> = { vector: 'pgvector' }
