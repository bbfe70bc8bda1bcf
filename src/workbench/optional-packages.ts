import { nameOfWord } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Extensions } from '../pglite/index.js'

/**
 * Loads a package that only those have to install who use what needs it.
 *
 * @param missing What is said where it is not there: for what it is, and how to install it.
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
 * The extensions that scripts create and PGlite brings along, or a package of its own beside it
 * that is installed. One that is nowhere is left out, so that the script itself fails, with
 * PostgreSQL's own words.
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
